#!/usr/bin/env bash
# Write requirements/*.txt: every version and hash, for every platform, and no word of where they were fetched from.
set -euo pipefail
cd "$(dirname "$0")/.."
flags=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate
  --no-emit-index-url --no-emit-find-links --quiet "$@")
for name in base build tracing dev; do
  # dev includes the others, tracing is added to base: constrained by them, neither can disagree with what is deployed.
  constraints=()
  if [ "$name" = tracing ]; then constraints=(-c requirements/base.txt); fi
  if [ "$name" = dev ]; then
    constraints=(-c requirements/base.txt -c requirements/build.txt -c requirements/tracing.txt)
  fi
  .venv/bin/uv pip compile "requirements/$name.in" "${constraints[@]}" "${flags[@]}" -o "requirements/$name.txt"
done
if grep -nE '://' requirements/*.txt; then
  echo "lock: a host slipped into the lock files" >&2
  exit 1
fi

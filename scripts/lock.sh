#!/usr/bin/env bash
# Write requirements/*.txt: every version and hash, for every platform, and no word of where they were fetched from.
set -euo pipefail
cd "$(dirname "$0")/.."
flags=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate
  --no-emit-index-url --no-emit-find-links --quiet "$@")
for name in base build dev; do
  # dev includes the others: constrained by them, it can never disagree with what is deployed.
  constraints=()
  if [ "$name" = dev ]; then constraints=(-c requirements/base.txt -c requirements/build.txt); fi
  .venv/bin/uv pip compile "requirements/$name.in" "${constraints[@]}" "${flags[@]}" -o "requirements/$name.txt"
done
if grep -nE '://' requirements/*.txt; then
  echo "lock: a host slipped into the lock files" >&2
  exit 1
fi

-- Asks for random codes as fast as it is answered, and tells how each status came out.
local threads = {}

function setup(thread)
  thread:set("seed", os.time() + #threads)
  table.insert(threads, thread)
end

function init()
  math.randomseed(seed)
  missing, unavailable, other = 0, 0, 0
end

function request()
  return wrk.format("GET", string.format("/%07x%06x", math.random(0, 0xfffffff), math.random(0, 0xffffff)))
end

function response(status)
  if status == 404 then missing = missing + 1
  elseif status == 503 then unavailable = unavailable + 1
  else other = other + 1 end
end

function done(summary)
  local sums = { missing = 0, unavailable = 0, other = 0 }
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end
  end
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('\n{"missing": %d, "unavailable": %d, "other": %d, "errors": %d}\n',
    sums.missing, sums.unavailable, sums.other, errors))
end

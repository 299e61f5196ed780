-- Many readers for wrk: each request is another picture or link, read from a file.
-- Arguments: file, threads, requests per second (0: as fast as they are answered).
local threads = 0
local ffi = require("ffi")
ffi.cdef [[
  struct moment { long s, ns; };
  int clock_gettime(int clock, struct moment *now);
]]
local now = ffi.new("struct moment")

local function microseconds()
  ffi.C.clock_gettime(1, now)  -- CLOCK_MONOTONIC
  return tonumber(now.s) * 1e6 + tonumber(now.ns) / 1e3
end

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  local file, all, rate = args[1], tonumber(args[2]), tonumber(args[3])
  requests, place = {}, 0
  local headers = {
    ["User-Agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
      .. " (KHTML, like Gecko) Mobile/15E148",
    ["Accept"] = "image/avif,image/webp,*/*", ["Accept-Language"] = "fr-CA,fr;q=0.9",
  }
  local line_number = 0
  for line in io.lines(file) do
    if line_number % all == number then
      requests[#requests + 1] = wrk.format("GET", line, headers)
    end
    line_number = line_number + 1
  end
  if rate > 0 then
    local apart, slot = 1e6 * all / rate, microseconds()
    function delay()  -- milliseconds; whole ones, so that the rest is carried over
      slot = math.max(slot + apart, microseconds() - 1e6)
      return math.max(0, math.floor((slot - microseconds()) / 1000))
    end
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency)
  local errors = summary.errors
  local wrong = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\nFOUND {"answered": %d, "wrong": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f}\n',
    summary.requests, wrong, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end

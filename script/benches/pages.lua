-- Load for script/benches/pages, run by wrk: one page again and again, or sign-ins (form, then post) of a list of people.
-- Arguments: get PATH COOKIE, or sign-in FILE PASSWORD HOST. Prints one JSON object.
local threads, bodies, turn = {}, {}, 0
bad, finished = 0, 0

function setup(thread) table.insert(threads, thread) end

function init(arguments)
  mode = arguments[1]
  wrk.headers["Accept-Encoding"] = "gzip"
  if mode == "get" then
    wrk.headers["Cookie"] = arguments[3]
    page = wrk.format("GET", arguments[2])
    return
  end
  page = wrk.format("GET", "/sign-in")
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Origin"] = "http://" .. arguments[4],
    ["Host"] = arguments[4] }
  for login in io.lines(arguments[2]) do
    local body = "next=%2F&device_key=&login=" .. login .. "&password=" .. arguments[3]
    table.insert(bodies, wrk.format("POST", "/sessions", headers, body))
  end
end

function request()
  if mode == "get" then return page end
  turn = turn + 1
  if turn % 2 == 1 then return page end
  return bodies[math.min(turn / 2, #bodies)]
end

function response(status)
  if status ~= 200 and not (mode == "sign-in" and status == 303) then bad = bad + 1 end
  finished = finished + 1
  if mode == "sign-in" and finished == 2 * #bodies then wrk.thread:stop() end
end

function done(summary, latency)
  local refused = 0
  for _, thread in ipairs(threads) do refused = refused + thread:get("bad") end
  print(string.format('{"requests":%d,"bad":%d,"p50_ms":%.2f,"p99_ms":%.2f,"errors":%d}', summary.requests, refused,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end

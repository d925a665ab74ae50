import Logging
import Rules

/// Requests in Janus' own words.
extension JanusMedia {
  /// A request to the room plugin; on the handle for rooms when none is given.
  /// - Returns: the whole answer; its `jsep` is the description.
  /// - Throws: `JanusFailure`.
  @discardableResult
  func message(
    _ body: JSONValue, handle: Int64? = nil, jsep: (type: String, sdp: String)? = nil,
    over other: JanusLink? = nil
  ) async throws -> JSONValue {
    guard let link = other ?? link, let session = book.session, let handle = handle ?? book.control else {
      throw JanusFailure.linkLost
    }
    var fields = ["body": body]
    if let jsep { fields["jsep"] = ["type": .text(jsep.type), "sdp": .text(jsep.sdp), "trickle": true] }
    return try await link.request("message", session: session, handle: handle, fields)
  }

  func attach(over other: JanusLink? = nil) async throws -> Int64 {
    guard let link = other ?? link, let session = book.session else { throw JanusFailure.linkLost }
    let answer = try await link.request("attach", session: session, ["plugin": "janus.plugin.videoroom"])
    guard let handle = answer["data"]?["id"]?.integer else {
      throw JanusFailure(code: -4, reason: "no handle")
    }
    return handle
  }

  func exists(_ room: MediaBook.Room, over link: JanusLink) async throws -> Bool {
    let answer = try await message(["request": "exists", "room": .text(room.name)], over: link)
    return answer["plugindata"]?["data"]?["exists"]?.bool ?? false
  }

  func create(_ room: MediaBook.Room, over link: JanusLink) async throws {
    let body: JSONValue = [
      "request": "create", "admin_key": .text(supervisor?.secrets.rooms ?? ""), "room": .text(room.name),
      "description": "-", "secret": .text(room.secret), "pin": .text(room.pin), "is_private": true,
      "publishers": .number(Int64(room.spec.maxPublishers)), "bitrate": .number(room.maxBitrate),
      "bitrate_cap": true,
      "audiocodec": "opus", "videocodec": "vp8", "notify_joining": false, "record": false,
      "lock_record": true,
    ]
    do {
      try await message(body, over: link)
    } catch let failure as JanusFailure where failure.code == JanusFailure.roomExists {
      try await edit(room, over: link)
    }
  }

  func edit(_ room: MediaBook.Room, over link: JanusLink) async throws {
    try await message(
      [
        "request": "edit", "room": .text(room.name), "secret": .text(room.secret),
        "new_publishers": .number(Int64(room.spec.maxPublishers)), "new_bitrate": .number(room.maxBitrate),
      ], over: link)
  }

  func moderate(_ leg: MediaBook.Leg, _ kind: MediaKind, muted: Bool, in room: MediaBook.Room) async throws {
    guard let feed = leg.feed else { return }
    for (mid, sent) in leg.kinds where sent == kind {
      do {
        try await message([
          "request": "moderate", "room": .text(room.name), "secret": .text(room.secret),
          "id": .text(feed.rawValue),
          "mid": .text(mid), "mute": .bool(muted),
        ])
      } catch let failure as JanusFailure where failure.code == JanusFailure.noFeed {
        // Not joined yet, or just gone: `publish` applies what is muted before it answers.
      }
    }
  }

  /// Ends handles at the server, all at once. What cannot be ended now is ended when the link is back.
  func detach(_ handles: [Int64]) async {
    guard !handles.isEmpty else { return }
    for handle in handles { candidates[handle] = nil }
    guard let link, let session = book.session else { return doom(handles) }
    let left = await withTaskGroup(of: Int64?.self) { group in
      for handle in handles {
        group.addTask {
          do {
            _ = try await link.request("detach", session: session, handle: handle, within: .seconds(2))
            return nil
          } catch let failure as JanusFailure where failure.code == JanusFailure.noHandle {
            return nil
          } catch {
            return handle
          }
        }
      }
      return await group.reduce(into: [Int64]()) { if let handle = $1 { $0.append(handle) } }
    }
    guard !left.isEmpty else { return }
    // The link was replaced while we waited: the new one has not heard of these.
    if let now = self.link, now !== link { return await detach(left) }
    doom(left)
    // Someone who was removed may still receive: a new link, or a new server, ends that.
    logger.error("media not ended", metadata: ["handles": "\(left.count)"])
    await link.lose()
  }

  private func doom(_ handles: [Int64]) {
    guard book.session != nil else { return }
    book.doomed.formUnion(handles)
    save()
  }
}

extension MediaBook.Room {
  var maxBitrate: Int64 { Int64(max(spec.videoBitrate, spec.screenBitrate)) }
}

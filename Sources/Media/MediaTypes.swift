package import Rules

/// What can be sent. `screen` is the picture of a shared screen; its sound counts as `audio`.
package enum MediaKind: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  case audio, video, screen

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One connection between a page and the media server: camera and microphone, shared screen, or all that is
/// received.
package enum MediaLeg: String, Hashable, Sendable, Codable, CaseIterable {
  case cam, screen, watch

  /// What a section of a description sends on this leg; nil when this leg never sends it.
  func kind(of section: String) -> MediaKind? {
    switch (self, section) {
    case (.cam, "audio"), (.screen, "audio"): .audio
    case (.cam, "video"): .video
    case (.screen, "video"): .screen
    default: nil
    }
  }
}

/// One lesson's room on one media server, and its limits.
package struct MediaRoom: Hashable, Sendable, Codable {
  package typealias ID = Identifier<MediaRoom>
  package let id: ID
  /// How many legs may send at the same time.
  package let maxPublishers: Int
  /// Bits per second of one camera and of one screen.
  package let videoBitrate: Int
  package let screenBitrate: Int

  package init(id: ID, maxPublishers: Int = 8, videoBitrate: Int = 500_000, screenBitrate: Int = 1_200_000) {
    precondition(maxPublishers > 0 && videoBitrate > 0 && screenBitrate > 0)
    self.id = id
    self.maxPublishers = maxPublishers
    self.videoBitrate = videoBitrate
    self.screenBitrate = screenBitrate
  }
}

/// One person admitted to a room.
package struct MediaParticipant: Hashable, Sendable {
  package typealias ID = Identifier<MediaParticipant>
  package let id: ID
  package let name: String
  package let legs: Set<MediaLeg>
  package let muted: Set<MediaKind>

  package init(id: ID, name: String, legs: Set<MediaLeg> = [], muted: Set<MediaKind> = []) {
    self.id = id
    self.name = name
    self.legs = legs
    self.muted = muted
  }
}

/// What one person sends on one leg; a new connection is a new feed.
package struct MediaFeed: Hashable, Sendable {
  package typealias ID = Identifier<MediaFeed>
  package let id: ID
  package let person: MediaParticipant.ID
  package let kinds: Set<MediaKind>

  package init(id: ID, person: MediaParticipant.ID, kinds: Set<MediaKind>) {
    self.id = id
    self.person = person
    self.kinds = kinds
  }
}

/// What a page is offered to receive.
package struct WatchOffer: Hashable, Sendable {
  /// One section of the description: whose it is, and what.
  package struct Stream: Hashable, Sendable, Codable {
    package let mid: String
    package let feed: MediaFeed.ID
    package let person: MediaParticipant.ID
    package let kind: MediaKind

    package init(mid: String, feed: MediaFeed.ID, person: MediaParticipant.ID, kind: MediaKind) {
      self.mid = mid
      self.feed = feed
      self.person = person
      self.kind = kind
    }
  }

  package let sdp: String
  package let streams: [Stream]
  /// True when the page must answer with a new connection, not with the one it has.
  package let fresh: Bool

  package init(sdp: String, streams: [Stream], fresh: Bool) {
    self.sdp = sdp
    self.streams = streams
    self.fresh = fresh
  }
}

package enum MediaEvent: Hashable, Sendable {
  /// Media can flow from this feed, or its kinds changed.
  case published(MediaRoom.ID, MediaFeed)
  case unpublished(MediaRoom.ID, person: MediaParticipant.ID, feed: MediaFeed.ID)
  /// For three seconds nothing of this kind came from a person who should be sending.
  case mediaStalled(MediaRoom.ID, person: MediaParticipant.ID, kind: MediaKind)
  case mediaResumed(MediaRoom.ID, person: MediaParticipant.ID, kind: MediaKind)
  /// All connections of this person ended. Presence is decided by our own heartbeat, not by this.
  case left(MediaRoom.ID, person: MediaParticipant.ID, reason: LeaveReason)
  /// Packets are lost from (`up`) or to this person; `lost` in the last second.
  case slowLink(MediaRoom.ID, person: MediaParticipant.ID, leg: MediaLeg, up: Bool, lost: Int)
  case serverLost
  /// With `kept` all connections went on; without, every page must build its connections anew.
  case serverRestored(kept: Bool)

  package enum LeaveReason: String, Hashable, Sendable { case removed, lost }
}

package struct MediaHealth: Hashable, Sendable {
  package let isUp: Bool
  /// What to do, for the administrator, when it is not up; a constant sentence.
  package let problem: UserError?

  package init(isUp: Bool, problem: UserError? = nil) {
    self.isUp = isUp
    self.problem = problem
  }
}

package struct MediaStats: Hashable, Sendable {
  package var isUp = false
  package var rooms = 0
  package var participants = 0
  package var legs = 0
  package var feeds = 0
  /// How often the server was started since our program started.
  package var starts = 0
  /// Resident memory of the server in kilobytes, 0 when unknown.
  package var residentKilobytes = 0
  /// Process time used by the server in milliseconds, 0 when unknown.
  package var processMilliseconds = 0

  package init() {}
}

extension ClassListRejection {
  /// A refusal as a preview stored it.
  package init(
    source: ClassListSource, column: String, letter: String, reason: ClassListReason, sentence: String,
    text: String,
    stored className: String?
  ) {
    self.source = source
    self.column = column
    self.letter = letter
    self.reason = reason
    self.sentence = sentence
    self.text = text
    self.className = className
  }
}

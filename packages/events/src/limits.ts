/**
 * Longest identifying text in characters (Unicode code points), as the registries themselves limit it.
 * Longer text rejects the event: a shortened name would be somebody else's name.
 */
export const IDENTIFIER_LIMITS = {
  id: 512,
  repository: 255,
  tag: 128,
  digest: 256,
  actorName: 255,
} as const;

/**
 * Longest describing text in UTF-16 units. Longer text is cut: it describes an event and never identifies one.
 * The figures are well above what real senders write (the longest user agent of a known client has 300 characters).
 */
export const DESCRIPTION_LIMITS = {
  mediaType: 255,
  actorType: 64,
  userAgent: 1024,
  requestId: 255,
  sourceInstance: 255,
} as const;

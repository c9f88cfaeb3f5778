"""Cloudflare Stream, spoken correctly: the one place that knows its paths, spellings, codes and oddities.

Owns: the REST calls (`client`), the layers every call passes (`transport`), what an answer means (`models`), the
rules of resumable uploads (`tus`), playback tokens (`signing`), the webhook's signature (`webhooks`) and the
translation of every refusal into our words (`errors`).

Refuses: tables, settings, routes and policy. It does not decide who may upload, how long a link lives, when to ask
again or what a state means for a submission. Bytes of a video never pass through it: the browser sends them to the
address that `StreamClient.create_upload` gives.

Decisions, each with its cause:

- An own client rather than the vendor's SDK: that one knows neither tus nor webhook signatures, trusts any answer and
  weighs 100 MB. It serves as an independent judge in the conformance tests instead.
- Errors are chosen by HTTP status first, by error code second. Foreign words are never shown to anybody. The one
  look at words tells "too many videos in work" from "too many calls", for which Cloudflare documents no codes; both
  mean "later".
- What may be repeated is repeated here, at most three times, the last one begun within half a minute.
  Creating is not repeated after an answer was lost (`StreamUnavailable.may_have_happened`): it would reserve storage
  twice. Whoever created looks for leftovers by `creator`.
- A 404 counts as "gone" only if Cloudflare's Stream said so. A mistyped account id or a proxy's page answers 404 as
  well, and "gone" lets retention write down that a person's video was erased.
- The address for a browser's bytes must be on the list of known hosts. Without `direct_user=true` Cloudflare answers
  with its own gateway, which works with our credentials only: found out here, not on deadline night.
- Playback is signed locally, with a key parsed once. Cloudflare's token endpoint costs a call of the shared budget
  per view and is there for accounts that have no signing key yet.
- `require_signed_urls` is read back by whoever shows a video: a misspelt field is ignored by Cloudflare without a
  word and leaves the video public. A missing flag reads as False here.
- Upload addresses, API tokens, webhook secrets and private keys stay out of every exception and every `repr`.
"""

// Connects a <video> to its stream: hls.js where Media Source Extensions are, the browser's own HLS on iPhones.
import type Hls from "hls.js";
import type { Playback } from "../api/wire";
import { keepRenewed, TokenPath } from "./playback";

const HLS_TYPE = "application/vnd.apple.mpegurl";

export interface SourceEvents {
  onError: () => void;
  /** Before bytes come: 404, 409 and 410 carry the reason. */
  onRefused: (error: unknown) => void;
}

/** Starts loading; gives the function that takes everything away again. */
export function connect(
  video: HTMLVideoElement,
  fetchPlayback: () => Promise<Playback>,
  events: SourceEvents,
): () => void {
  let closed = false;
  let takeAway: () => void = () => {};
  void (async () => {
    let playback: Playback;
    try {
      playback = await fetchPlayback();
    } catch (error) {
      if (!closed) events.onRefused(error);
      return;
    }
    if (closed) return;
    video.poster = playback.poster_url;
    try {
      const { default: Hls } = await import("hls.js");
      if (closed) return;
      if (Hls.isSupported()) takeAway = withHls(Hls, video, playback, fetchPlayback, events);
      else if (video.canPlayType(HLS_TYPE)) takeAway = natively(video, playback, fetchPlayback, events);
      else events.onError();
    } catch {
      if (!closed) events.onError(); // the player's chunk did not load
    }
  })();
  return () => {
    closed = true;
    takeAway();
  };
}

type HlsClass = typeof Hls;

function withHls(
  Hls: HlsClass,
  video: HTMLVideoElement,
  playback: Playback,
  fetchPlayback: () => Promise<Playback>,
  events: SourceEvents,
): () => void {
  const path = new TokenPath(playback.token);
  const hls = new Hls({
    capLevelToPlayerSize: true,
    xhrSetup: (request, url) => request.open("GET", path.rewrite(url), true),
  });
  let mediaRecovered = false;
  let networkRecovered = false;
  hls.on(Hls.Events.ERROR, (_, { fatal, type }) => {
    if (!fatal) return;
    if (type === Hls.ErrorTypes.MEDIA_ERROR && !mediaRecovered) {
      mediaRecovered = true;
      return hls.recoverMediaError();
    }
    if (type === Hls.ErrorTypes.NETWORK_ERROR && !networkRecovered) {
      // A laptop that slept past the token's end: a fresh token first, then on from the same place.
      networkRecovered = true;
      return void fetchPlayback().then(
        (next) => {
          path.renew(next.token);
          if (hls.levels.length > 0) hls.startLoad();
          else hls.loadSource(next.hls_url);
        },
        () => events.onError(),
      );
    }
    events.onError();
  });
  hls.on(Hls.Events.FRAG_LOADED, () => {
    networkRecovered = false;
  });
  const stop = keepRenewed(playback, fetchPlayback, (next) => path.renew(next.token));
  hls.loadSource(playback.hls_url);
  hls.attachMedia(video);
  return () => {
    stop();
    hls.destroy();
  };
}

/** Native HLS resolves its own URLs: a new token means a new address, set only when the old one stops working. */
function natively(
  video: HTMLVideoElement,
  playback: Playback,
  fetchPlayback: () => Promise<Playback>,
  events: SourceEvents,
): () => void {
  let current = playback;
  let triedWith = "";
  const stop = keepRenewed(playback, fetchPlayback, (next) => {
    current = next;
  });
  const onError = () => {
    if (triedWith === current.token) return events.onError();
    triedWith = current.token;
    const { currentTime, paused } = video;
    video.src = current.hls_url;
    video.currentTime = currentTime;
    if (!paused) void video.play().catch(() => undefined);
  };
  video.addEventListener("error", onError);
  video.src = playback.hls_url;
  return () => {
    stop();
    video.removeEventListener("error", onError);
    video.removeAttribute("src");
    video.load();
  };
}

import type { Ref, RefObject } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import * as f from "../words/format";
import { player as words } from "../words/player";
import { playKey, rememberedSpeed, SKIP_SECONDS, SPEEDS, seekBy, setSpeed, toggle } from "./controls";
import { Playbacks } from "./playback";
import { connect } from "./source";

interface PlayerProps {
  videoId: string;
  title: string;
  /** For shortcuts of the page around it. */
  videoRef?: RefObject<HTMLVideoElement | null>;
  /** The server refused (deleted, failed, not ready); without it the player shows its own error. */
  onRefused?: (error: unknown) => void;
}

type State = "loading" | "slow" | "ready" | "error";
const SLOW_MS = 10_000;

/** The stage: picture, position, controls. Dark in every theme, left to right in every language. */
export function PlayerPane({ videoId, title, videoRef, onRefused }: PlayerProps) {
  const fetchPlayback = useContext(Playbacks);
  const own = useRef<HTMLVideoElement>(null);
  const video = videoRef ?? own;
  const stage = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<State>("loading");
  const [round, setRound] = useState(0);
  const refused = useRef(onRefused);
  refused.current = onRefused;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is the wish to try again
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    setState("loading");
    const slow = setTimeout(() => setState((now) => (now === "loading" ? "slow" : now)), SLOW_MS);
    const ready = () => {
      element.playbackRate = rememberedSpeed();
      setState("ready");
    };
    element.addEventListener("loadedmetadata", ready);
    const disconnect = connect(element, () => fetchPlayback(videoId), {
      onError: () => setState("error"),
      onRefused: (error) => (refused.current ? refused.current(error) : setState("error")),
    });
    return () => {
      clearTimeout(slow);
      element.removeEventListener("loadedmetadata", ready);
      disconnect();
    };
  }, [videoId, round, fetchPlayback, video]);

  const onKeyDown = (event: KeyboardEvent) => {
    const typing =
      event.target instanceof HTMLSelectElement || (event.key === " " && event.target instanceof HTMLButtonElement);
    if (!typing && video.current && playKey(video.current, event)) event.preventDefault();
  };

  return (
    <section
      class="stage"
      ref={stage}
      aria-label={`${words.label}: ${title}`}
      data-player={state}
      onKeyDown={onKeyDown}
    >
      <div class="picture">
        {/* biome-ignore lint/a11y/useMediaCaption: captions come with the stream as tracks of its own */}
        <video
          ref={video as Ref<HTMLVideoElement>}
          playsInline
          preload="metadata"
          onClick={() => video.current && toggle(video.current)}
        />
        {state === "error" ? (
          <div class="stage-note" role="alert">
            <Icon name="alert" size={24} />
            <p>
              <strong>{words.errorTitle}</strong> {words.errorBody}
            </p>
            <Button onPress={() => setRound(round + 1)}>{words.tryAgain}</Button>
          </div>
        ) : (
          state !== "ready" && (
            <p class="stage-note" role="status">
              {state === "slow" ? words.slow : words.loading}
            </p>
          )
        )}
      </div>
      <Controls video={video} stage={stage} />
    </section>
  );
}

interface Shown {
  paused: boolean;
  time: number;
  duration: number;
  speed: number;
  volume: number;
  muted: boolean;
  captions: "none" | "off" | "on";
}

const EVENTS = [
  "play",
  "pause",
  "timeupdate",
  "seeking",
  "durationchange",
  "ratechange",
  "volumechange",
  "loadedmetadata",
];

function Controls({
  video,
  stage,
}: {
  video: RefObject<HTMLVideoElement | null>;
  stage: RefObject<HTMLDivElement | null>;
}) {
  const [shown, setShown] = useState<Shown>({
    paused: true,
    time: 0,
    duration: 0,
    speed: rememberedSpeed(),
    volume: 1,
    muted: false,
    captions: "none",
  });
  const read = useCallback(() => {
    const element = video.current;
    if (!element) return;
    setShown({
      paused: element.paused,
      time: element.currentTime,
      duration: Number.isFinite(element.duration) ? element.duration : 0,
      speed: element.playbackRate,
      volume: element.volume,
      muted: element.muted,
      captions: captionsOf(element),
    });
  }, [video]);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    for (const name of EVENTS) element.addEventListener(name, read);
    element.textTracks.addEventListener?.("addtrack", read);
    element.textTracks.addEventListener?.("change", read);
    return () => {
      for (const name of EVENTS) element.removeEventListener(name, read);
      element.textTracks.removeEventListener?.("addtrack", read);
      element.textTracks.removeEventListener?.("change", read);
    };
  }, [video, read]);

  const act = (change: (element: HTMLVideoElement) => void) => () => {
    if (video.current) change(video.current);
  };
  const { time, duration } = shown;
  const soundOff = shown.muted || shown.volume === 0;
  return (
    <div class="controls">
      <input
        class="seek"
        type="range"
        min={0}
        max={duration || 1}
        step="any"
        value={time}
        style={{ "--played": `${duration ? (time / duration) * 100 : 0}%` }}
        aria-label={words.seek}
        aria-valuetext={words.position(f.timecode(time), f.timecode(duration))}
        onInput={(event) => {
          if (video.current) video.current.currentTime = Number(event.currentTarget.value);
        }}
      />
      <div class="control-row">
        <IconButton
          class="stage-button play"
          icon={shown.paused ? "play" : "pause"}
          label={shown.paused ? words.play : words.pause}
          onPress={act(toggle)}
        />
        <IconButton class="stage-button" icon="b10" label={words.back} onPress={act((v) => seekBy(v, -SKIP_SECONDS))} />
        <IconButton
          class="stage-button"
          icon="f10"
          label={words.forward}
          onPress={act((v) => seekBy(v, SKIP_SECONDS))}
        />
        <span class="clock">
          <strong>{f.timecode(time)}</strong> / {f.timecode(duration)}
        </span>
        <span class="control-end">
          <select
            class="stage-button"
            aria-label={words.speed}
            value={shown.speed}
            onChange={(event) => video.current && setSpeed(video.current, Number(event.currentTarget.value))}
          >
            {SPEEDS.map((speed) => (
              <option key={speed} value={speed}>
                {speed}×
              </option>
            ))}
          </select>
          {shown.captions !== "none" && (
            <IconButton
              class="stage-button"
              icon="cc"
              label={words.captions}
              pressed={shown.captions === "on"}
              onPress={act(toggleCaptions)}
            />
          )}
          <IconButton
            class="stage-button"
            icon={soundOff ? "muted" : "volume"}
            label={soundOff ? words.unmute : words.mute}
            onPress={act((v) => {
              v.muted = !soundOff;
              if (soundOff && v.volume === 0) v.volume = 1;
            })}
          />
          <input
            class="volume"
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={soundOff ? 0 : shown.volume}
            style={{ "--played": `${soundOff ? 0 : shown.volume * 100}%` }}
            aria-label={words.volume}
            onInput={(event) => {
              const element = video.current;
              if (!element) return;
              element.volume = Number(event.currentTarget.value);
              element.muted = element.volume === 0;
            }}
          />
          <IconButton
            class="stage-button"
            icon="full"
            label={words.fullscreen}
            onPress={() => toggleFullscreen(stage.current, video.current)}
          />
        </span>
      </div>
    </div>
  );
}

function captionTracks(video: HTMLVideoElement): TextTrack[] {
  return Array.from(video.textTracks ?? []).filter(({ kind }) => kind === "subtitles" || kind === "captions");
}

function captionsOf(video: HTMLVideoElement): Shown["captions"] {
  const tracks = captionTracks(video);
  if (tracks.length === 0) return "none";
  return tracks.some(({ mode }) => mode === "showing") ? "on" : "off";
}

function toggleCaptions(video: HTMLVideoElement): void {
  const [first] = captionTracks(video);
  if (first) first.mode = first.mode === "showing" ? "hidden" : "showing";
}

/** The stage goes full screen with its controls; iPhones only take the bare video. */
function toggleFullscreen(stage: HTMLElement | null, video: HTMLVideoElement | null): void {
  if (document.fullscreenElement) return void document.exitFullscreen();
  if (document.fullscreenEnabled) return void stage?.requestFullscreen().catch(() => undefined);
  (video as (HTMLVideoElement & { webkitEnterFullscreen?: () => void }) | null)?.webkitEnterFullscreen?.();
}

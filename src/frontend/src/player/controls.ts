// What keys and buttons do to a <video>; the same for both.

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5];
export const SKIP_SECONDS = 10;
const SMALL_SKIP_SECONDS = 5;
/** Cloudflare delivers 24 to 70 frames a second; 1/25 s moves by at least one and rarely by more than two. */
const FRAME_SECONDS = 1 / 25;
const SPEED_KEY = "fieldreel.speed";

export function toggle(video: HTMLVideoElement): void {
  if (video.paused) void video.play().catch(() => undefined);
  else video.pause();
}

export function seekBy(video: HTMLVideoElement, seconds: number): void {
  const end = Number.isFinite(video.duration) ? video.duration : Number.MAX_SAFE_INTEGER;
  video.currentTime = Math.min(end, Math.max(0, video.currentTime + seconds));
}

export function stepSpeed(video: HTMLVideoElement, steps: number): void {
  const at = SPEEDS.findIndex((speed) => speed >= video.playbackRate);
  const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + steps))];
  if (next !== undefined) setSpeed(video, next);
}

let chosenSpeed: number | null = null;

export function setSpeed(video: HTMLVideoElement, speed: number): void {
  video.playbackRate = speed;
  chosenSpeed = speed;
  try {
    localStorage.setItem(SPEED_KEY, String(speed));
  } catch {
    // Storage is blocked in this frame: remembered for this page only.
  }
}

/** The speed of the last video; 1 at first. */
export function rememberedSpeed(): number {
  if (chosenSpeed !== null) return chosenSpeed;
  try {
    const saved = Number(localStorage.getItem(SPEED_KEY));
    return SPEEDS.includes(saved) ? saved : 1;
  } catch {
    return 1;
  }
}

/** Does what a key means for the player. Gives whether it meant anything, so that the caller stops the browser's own answer. */
export function playKey(video: HTMLVideoElement, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  switch (event.key) {
    case "k":
    case " ":
      toggle(video);
      return true;
    case "j":
      seekBy(video, -SKIP_SECONDS);
      return true;
    case "l":
      seekBy(video, SKIP_SECONDS);
      return true;
    case "ArrowLeft":
      seekBy(video, -SMALL_SKIP_SECONDS);
      return true;
    case "ArrowRight":
      seekBy(video, SMALL_SKIP_SECONDS);
      return true;
    case ",":
      video.pause();
      seekBy(video, -FRAME_SECONDS);
      return true;
    case ".":
      video.pause();
      seekBy(video, FRAME_SECONDS);
      return true;
    case "<":
      stepSpeed(video, -1);
      return true;
    case ">":
      stepSpeed(video, 1);
      return true;
    default:
      return false;
  }
}

/** Whether a single key belongs to the focused element (typing, choosing) and not to a shortcut. */
export function keyIsTaken(event: KeyboardEvent): boolean {
  const target = event.target;
  if (event.defaultPrevented || !(target instanceof HTMLElement)) return event.defaultPrevented;
  if (target.isContentEditable || target.closest("dialog, [role=menu]")) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "range"].includes(target.type);
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  const presses = event.key === " " || event.key === "Enter";
  return presses && target.closest("button, a, summary, [role=tab]") !== null;
}

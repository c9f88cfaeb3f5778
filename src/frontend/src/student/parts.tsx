// The evidence that stands in more than one card.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Video } from "../api/wire";
import type { PageConfig } from "../config";
import { Icon } from "../ui/Icon";
import { ThreeTruths, type Truth } from "../ui/ThreeTruths";
import * as en from "../words/en";
import * as f from "../words/format";
import type { Desk, DeskState } from "./desk";
import { draftOf, type Known, type StateId } from "./situation";

export type Question = "submit" | "withdraw" | "cancel";

export interface CardProps {
  state: StateId;
  known: Known;
  desk: Desk;
  pick: DeskState["pick"];
  config: PageConfig;
  /** Opens the file dialog of the browser. */
  choose: () => void;
  ask: (question: Question) => void;
  /** A file hangs over the page. */
  over: boolean;
}

interface FileRowProps {
  name: string;
  detail: ComponentChildren;
  seconds: number | null;
  /** The chosen file, while this tab holds it: shows its picture. */
  file?: File | undefined;
}

export function FileRow({ name, detail, seconds, file }: FileRowProps) {
  return (
    <div class="file-row">
      <span class="file-frame">
        <Icon name="film" size={24} />
        {file && <Thumbnail file={file} />}
        {seconds !== null && <span class="file-length">{f.timecode(seconds)}</span>}
      </span>
      <span>
        <bdi class="file-name">{name}</bdi>
        <span class="file-detail">{detail}</span>
      </span>
    </div>
  );
}

/** One picture of a local file, drawn by the browser; nothing where it cannot decode it. */
function Thumbnail({ file }: { file: File }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(file);
    if (video.current) video.current.src = `${url}#t=1`;
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return <video ref={video} muted playsInline preload="metadata" tabIndex={-1} aria-hidden="true" />;
}

export function VideoTruths({ video, known }: { video: Video; known: Known }) {
  return <ThreeTruths facts={truthsOf(video, known)} />;
}

/** The three facts of a video the server knows. */
export function truthsOf(video: Video, { work, now }: Pick<Known, "work" | "now">): Truth[] {
  const { truths } = en;
  const uploaded: Truth = video.uploaded_at
    ? { mark: "done", name: truths.uploaded, detail: f.timeNear(video.uploaded_at, now) }
    : { mark: "waiting", name: truths.uploaded, detail: truths.notYet };
  const submission = draftOf(work)?.id === video.id ? null : work.submission;
  const submitted: Truth = submission
    ? {
        mark: "done",
        name: truths.submitted,
        detail: truths.onTime(submission.submitted_at, submission.late, now),
      }
    : { mark: "waiting", name: truths.submitted, detail: truths.notYet };
  return [uploaded, playable(video, now), submitted];
}

function playable(video: Video, now: number): Truth {
  const { truths } = en;
  switch (video.status) {
    case "ready":
      return {
        mark: "done",
        name: truths.playable,
        detail: video.ready_at ? truths.since(video.ready_at, now) : "",
      };
    case "failed": {
      const reasons = {
        non_video: truths.notVideo,
        malformed: truths.damaged,
        too_long: truths.tooLong,
        too_short: truths.tooShort,
        unknown: truths.unknown,
      };
      return { mark: "failed", name: truths.notPlayable, detail: reasons[video.error_reason ?? "unknown"] };
    }
    case "processing":
      return { mark: "running", name: truths.playable, detail: truths.beingMade(video.progress_percent) };
    case "deleted":
    case "deleting":
      return { mark: "waiting", name: truths.notPlayable, detail: truths.deleted };
    default:
      return { mark: "waiting", name: truths.playable, detail: truths.afterUpload };
  }
}

/** A reference a person can read out to the help desk. */
export function Reference({ value }: { value: string }) {
  return (
    <p class="reference">
      {en.student.reference} <code>{value}</code>
    </p>
  );
}

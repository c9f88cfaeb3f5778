import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { asProblem } from "../api/problems";
import type { Submission } from "../api/wire";
import { PlayerPane } from "../player/PlayerPane";
import { Button } from "../ui/Button";
import { StateCard } from "../ui/StateCard";
import { review, states } from "../words/teacher";

interface ReviewStageProps {
  submission: Submission;
  videoRef: RefObject<HTMLVideoElement | null>;
  now: number;
  onNext: () => void;
}

/** The player, or why there is nothing to play. */
export function ReviewStage({ submission, videoRef, now, onNext }: ReviewStageProps) {
  const { video } = submission;
  const [refused, setRefused] = useState<string | null>(null);
  const next = (
    <Button icon="right" onPress={onNext}>
      {review.nextStudent}
    </Button>
  );
  if (video.status === "deleted" || video.status === "deleting" || refused === "playback.video_deleted") {
    return (
      <StateCard
        state="t.review.missing"
        icon="trash"
        words={states["t.review.missing"](video.deleted_at, video.deleted_reason)}
        actions={next}
      />
    );
  }
  if (video.status === "failed" || refused === "playback.video_failed") {
    return (
      <StateCard state="t.review.failed" icon="alert" tone="bad" words={states["t.review.failed"]()} actions={next} />
    );
  }
  if (video.status !== "ready") {
    return (
      <StateCard
        state="t.review.processing"
        icon="half"
        tone="accent"
        words={states["t.review.processing"](video.uploaded_at, now)}
        actions={next}
      />
    );
  }
  if (refused) {
    return (
      <StateCard
        state="t.review.playback_error"
        icon="alert"
        tone="bad"
        words={states["t.review.playback_error"]()}
        actions={
          <Button icon="refresh" onPress={() => setRefused(null)}>
            {review.tryAgain}
          </Button>
        }
      />
    );
  }
  return (
    <PlayerPane
      videoId={video.id}
      title={video.filename}
      videoRef={videoRef}
      onRefused={(error) => setRefused(asProblem(error).code)}
    />
  );
}

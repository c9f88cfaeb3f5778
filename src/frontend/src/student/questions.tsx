// The three things a student confirms, because others see them or bytes are lost.
import { useEffect, useId, useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import * as en from "../words/en";
import * as f from "../words/format";
import type { Desk } from "./desk";
import { FileRow } from "./parts";
import { type Known, shownVideo } from "./situation";

interface QuestionProps {
  known: Known;
  desk: Desk;
  onClose: () => void;
}

export function SubmitQuestion({ known, desk, onClose }: QuestionProps) {
  const [stated, setStated] = useState(false);
  const [missing, setMissing] = useState(false);
  const errorId = useId();
  const { work, now } = known;
  const { assignment } = work;
  const video = shownVideo(work);
  const used = assignment.attempts_allowed !== null && work.attempts_left !== null;
  const attempt = used
    ? (assignment.attempts_allowed ?? 0) - (work.attempts_left ?? 0) + 1
    : Math.max(0, ...work.attempts.map((one) => one.attempt)) + 1;
  const submit = () => {
    setMissing(!stated);
    if (!stated) return;
    onClose();
    void desk.submit();
  };
  return (
    <Dialog
      title={en.submitDialog.title(assignment.title)}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{en.actions.notYet}</Button>
          <Button kind="primary" onPress={submit} describedBy={missing ? errorId : undefined}>
            {en.actions.submit}
          </Button>
        </>
      }
    >
      <p class="card-text">
        {en.submitDialog.body(
          attempt,
          assignment.attempts_allowed,
          assignment.due_at,
          assignment.closes_at,
          work.is_late_now,
        )}
      </p>
      {video && (
        <FileRow
          name={video.filename}
          detail={
            video.uploaded_at
              ? en.student.uploadedAt(video.uploaded_at, now, video.size_bytes)
              : f.bytes(video.size_bytes)
          }
          seconds={video.duration_seconds}
        />
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={stated}
          aria-describedby={missing ? errorId : undefined}
          aria-invalid={missing && !stated}
          onChange={(event) => setStated(event.currentTarget.checked)}
        />
        <span>{en.submitDialog.statement}</span>
      </label>
      {missing && !stated && (
        <p class="field-error" id={errorId} role="alert">
          <Icon name="alert" />
          {en.submitDialog.missing}
        </p>
      )}
    </Dialog>
  );
}

export function WithdrawQuestion({ known, desk, onClose }: QuestionProps) {
  return (
    <Dialog
      title={en.withdrawDialog.title(known.work.assignment.title)}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{en.actions.keepSubmitted}</Button>
          <Button
            kind="danger-solid"
            onPress={() => {
              onClose();
              void desk.withdraw();
            }}
          >
            {en.actions.withdraw}
          </Button>
        </>
      }
    >
      <p class="card-text">{en.withdrawDialog.body}</p>
    </Dialog>
  );
}

export function CancelQuestion({ known, desk, onClose }: QuestionProps) {
  // The last byte may arrive while the question stands: then there is nothing left to cancel.
  const running = known.transfer !== null || known.upload !== null;
  useEffect(() => {
    if (!running) onClose();
  }, [running, onClose]);
  const safe = known.transfer?.safeBytes ?? known.upload?.offset_bytes ?? 0;
  return (
    <Dialog
      title={en.cancelDialog.title}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{en.cancelDialog.keep}</Button>
          <Button
            kind="danger-solid"
            onPress={() => {
              onClose();
              void desk.cancelUpload();
            }}
          >
            {en.cancelDialog.cancel}
          </Button>
        </>
      }
    >
      <p class="card-text">{en.cancelDialog.body(safe)}</p>
    </Dialog>
  );
}

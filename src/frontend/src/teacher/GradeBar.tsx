import type { RefObject } from "preact";
import { useId } from "preact/hooks";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import * as words from "../words/teacher";
import type { GradeForm } from "./gradeForm";

interface GradeBarProps {
  form: GradeForm;
  most: number;
  platform: string;
  now: number;
  pointsRef: RefObject<HTMLInputElement | null>;
  save: (andNext: boolean) => Promise<void>;
}

const { review } = words;
const ICONS: Record<string, IconName> = { good: "check", accent: "sync", warn: "clock", bad: "alert", none: "check" };

/** Points, what is saved and where it went, Save, Save and next. */
export function GradeBar({ form, most, platform, now, pointsRef, save }: GradeBarProps) {
  const id = useId();
  const { draft, saved, dirty, saving, invalid } = form;
  const delivery = saved && words.delivery(saved, platform, now);
  const mayResend = saved && ["retrying", "parked"].includes(saved.delivery.status);
  return (
    <section class="grade-bar" aria-label={review.grade}>
      <div class="grade-field">
        <label for={id}>{review.grade}</label>
        <input
          id={id}
          ref={pointsRef}
          class="input number"
          inputMode="decimal"
          autoComplete="off"
          value={draft.points}
          aria-invalid={invalid}
          aria-describedby={invalid ? `${id}-error` : `${id}-of`}
          onInput={(event) => form.edit({ points: event.currentTarget.value })}
        />
        <span id={`${id}-of`}>{review.of(most)}</span>
      </div>
      {invalid ? (
        <p class="field-error" id={`${id}-error`} role="alert" data-state="t.grade.invalid">
          <Icon name="alert" />
          {review.invalid(most)}
        </p>
      ) : (
        <p class="grade-status" role="status">
          {dirty ? (
            review.unsaved
          ) : (
            <>
              {saved && <span>{review.savedAt(saved.graded_at, now)}</span>}
              {delivery && (
                <span class={`sync-words ${delivery.tone}`} data-delivery={saved.delivery.status}>
                  <Icon name={ICONS[delivery.tone] ?? "check"} size={16} />
                  {delivery.text}
                </span>
              )}
            </>
          )}
        </p>
      )}
      <div class="actions">
        {mayResend && !dirty && (
          <Button kind="quiet" icon="sync" onPress={() => void form.resend()}>
            {review.resend}
          </Button>
        )}
        <Button busy={saving} onPress={() => void save(false)}>
          {saving ? review.saving : review.save}
        </Button>
        <Button kind="primary" keys="Ctrl Enter" busy={saving} onPress={() => void save(true)}>
          {review.saveAndNext}
        </Button>
      </div>
    </section>
  );
}

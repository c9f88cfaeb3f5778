import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { asProblem, type Problem } from "../api/problems";
import type { Assignment, Queue } from "../api/wire";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import * as f from "../words/format";
import { setup, states } from "../words/teacher";
import { BOUNDS, check, draftOf, patchOf, type SetupDraft, type SetupErrors } from "./setupForm";

interface SetupViewProps {
  client: Client;
  queue: Queue;
  platform: string;
  onSaved: (assignment: Assignment) => void;
  onDirty: (dirty: boolean) => void;
}

type Outcome =
  | { kind: "saved" }
  | { kind: "invalid" }
  | { kind: "changed" }
  | { kind: "failed"; problem: Problem }
  | null;

export function SetupView({ client, queue, platform, onSaved, onDirty }: SetupViewProps) {
  const { assignment } = queue;
  const [draft, setDraft] = useState(() => draftOf(assignment));
  const [errors, setErrors] = useState<SetupErrors>({});
  const [saving, setSaving] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const patch = patchOf(draft, assignment);
  const dirty = Object.keys(patch).length > 0;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  useEffect(() => () => onDirty(false), [onDirty]);

  const field = (name: keyof SetupDraft) => ({
    value: draft[name],
    error: errorWords(name, errors),
    onInput: (value: string) => {
      setDraft({ ...draft, [name]: value });
      setOutcome(null);
    },
  });
  const save = async () => {
    const found = check(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return setOutcome({ kind: "invalid" });
    setSaving(true);
    try {
      const saved = await client.patchAssignment(assignment.id, assignment.version, patch);
      onSaved(saved);
      setDraft(draftOf(saved));
      setOutcome({ kind: "saved" });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 412) {
        onSaved(await client.assignment(assignment.id));
        setOutcome({ kind: "changed" });
      } else setOutcome({ kind: "failed", problem });
    } finally {
      setSaving(false);
    }
  };
  const fromPlatform = assignment.dates_source === "platform";
  return (
    <main class="setup" id="content" data-state="t.setup">
      <header class="teacher-head">
        <div>
          <h1>{setup.title}</h1>
          <p>{setup.lead}</p>
        </div>
      </header>
      <OutcomeBanner outcome={outcome} />
      <div class="setup-body">
        <form
          ref={form}
          class="setup-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Group title={setup.groups.what}>
            <Field label={setup.instructions} help={setup.instructionsHelp} kind="text" {...field("instructions")} />
            <Field label={setup.maxMinutes} unit={setup.minutes} {...field("minutes")} />
          </Group>
          <Group title={setup.groups.when}>
            {fromPlatform ? (
              <>
                <p class="note">
                  <Icon name="calendar" />
                  {setup.fromPlatform(platform)}
                </p>
                <dl class="dates">
                  <FixedDate name={setup.opens} at={assignment.opens_at} />
                  <FixedDate name={setup.due} at={assignment.due_at} />
                  <FixedDate name={setup.closes} at={assignment.closes_at} />
                </dl>
              </>
            ) : (
              <>
                <div class="field-row">
                  <Field label={setup.opens} kind="time" {...field("opens")} />
                  <Field label={setup.due} kind="time" {...field("due")} />
                  <Field label={setup.closes} kind="time" {...field("closes")} />
                </div>
                <p class="field-help">
                  {setup.timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)} {setup.closesHelp}
                </p>
              </>
            )}
          </Group>
          <Group title={setup.groups.grading}>
            <div class="field-row">
              <Field label={setup.points} {...field("points")} />
              <Field label={setup.attempts} help={setup.attemptsHelp} {...field("attempts")} />
            </div>
          </Group>
          <Group title={setup.groups.privacy}>
            <Field
              label={setup.retention}
              unit={setup.retentionUnit}
              help={setup.retentionHelp}
              {...field("retention")}
            />
          </Group>
          <div class="setup-bar">
            <Button kind="primary" busy={saving} onPress={() => void save()}>
              {saving ? setup.saving : setup.save}
            </Button>
            {dirty ? (
              <Button
                kind="quiet"
                onPress={() => {
                  setDraft(draftOf(assignment));
                  setErrors({});
                }}
              >
                {setup.discard}
              </Button>
            ) : (
              <span class="help-text">{setup.nothing}</span>
            )}
          </div>
        </form>
        <Means queue={queue} draft={draft} />
      </div>
    </main>
  );
}

function errorWords(name: keyof SetupDraft, errors: SetupErrors): string | null {
  const error = errors[name];
  if (!error) return null;
  if (error === "number") {
    const [low, high] = BOUNDS[name as keyof typeof BOUNDS];
    return setup.errors.number(low, high);
  }
  return setup.errors[error];
}

function OutcomeBanner({ outcome }: { outcome: Outcome }) {
  switch (outcome?.kind) {
    case "saved":
      return <Banner tone="good" icon="check" words={states["t.setup.saved"]()} />;
    case "invalid":
      return <Banner tone="bad" icon="alert" urgent words={{ title: setup.errors.summary }} />;
    case "changed":
      return <Banner tone="warn" icon="users" urgent words={states["t.setup.changed"]()} />;
    case "failed":
      return (
        <Banner
          tone="bad"
          icon="stop"
          urgent
          words={states["t.grade.failed"](outcome.problem.title, outcome.problem.detail)}
        />
      );
    default:
      return null;
  }
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="card card-body" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

interface FieldProps {
  label: string;
  value: string;
  error: string | null;
  onInput: (value: string) => void;
  kind?: "number" | "text" | "time";
  unit?: string;
  help?: string;
}

function Field({ label, value, error, onInput, kind = "number", unit, help }: FieldProps) {
  const id = useId();
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ");
  const common = {
    id,
    value,
    "aria-invalid": error !== null,
    "aria-describedby": described || undefined,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {kind === "text" ? (
        <textarea class="input" dir="auto" {...common} />
      ) : (
        <span class="with-unit">
          {kind === "time" ? (
            <input class="input" type="datetime-local" {...common} />
          ) : (
            <input class="input number" inputMode="decimal" autoComplete="off" {...common} />
          )}
          {unit}
        </span>
      )}
      {help && (
        <p class="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="alert" />
          {error}
        </p>
      )}
    </div>
  );
}

function FixedDate({ name, at }: { name: string; at: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{at ? f.dateTime(at) : setup.notSet}</dd>
    </div>
  );
}

/** What the typed numbers mean for this course, before they are saved. */
function Means({ queue, draft }: { queue: Queue; draft: SetupDraft }) {
  const students = queue.items.length;
  const minutes = Number(draft.minutes) * students;
  const rows: [string, string][] = [[setup.means.students, String(students)]];
  if (Number.isFinite(minutes)) {
    rows.push([setup.means.atMost, f.span(minutes * 60_000)], [setup.means.watch, f.span((minutes * 60_000) / 1.5)]);
  }
  rows.push([setup.means.gradebook, queue.assignment.gradebook ? setup.means.yes : setup.means.no]);
  return (
    <aside class="card card-body means">
      <h2>{setup.means.title}</h2>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="field-help">{setup.means.note}</p>
    </aside>
  );
}

// The grade being written: two fields, what is saved, and what happened to the last save.
import { useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { asProblem, type Problem } from "../api/problems";
import type { Grade } from "../api/wire";

export interface GradeDraft {
  points: string;
  comment: string;
}

export interface GradeForm {
  draft: GradeDraft;
  saved: Grade | null;
  dirty: boolean;
  saving: boolean;
  invalid: boolean;
  /** Somebody else saved meanwhile; theirs. */
  conflict: Grade | null;
  problem: Problem | null;
  edit: (change: Partial<GradeDraft>) => void;
  /** Gives whether the grade is saved. `over` = overwrite that version. */
  save: (over?: Grade) => Promise<boolean>;
  discard: () => void;
  resend: () => Promise<void>;
}

export function useGradeForm(
  client: Client,
  submissionId: string,
  known: Grade | null,
  most: number,
  onSaved: (grade: Grade) => void,
): GradeForm {
  const [saved, setSaved] = useState(known);
  const [draft, setDraft] = useState(() => draftOf(known));
  const [saving, setSaving] = useState(false);
  const [invalid, setInvalid] = useState(false);
  const [conflict, setConflict] = useState<Grade | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const dirty = isDirty(draft, saved);

  // The queue brings newer news: a delivery, or a grade saved elsewhere. Typed text is never replaced by it.
  useEffect(() => {
    if (!known || (saved && known.version < saved.version)) return;
    if (saved && known.version > saved.version && dirty) return;
    setSaved(known);
    if (!dirty) setDraft(draftOf(known));
  }, [known, saved, dirty]);

  const accept = (grade: Grade) => {
    setSaved(grade);
    setDraft(draftOf(grade));
    setConflict(null);
    setProblem(null);
    onSaved(grade);
  };
  const save = async (over?: Grade): Promise<boolean> => {
    const points = readPoints(draft.points, most);
    setInvalid(points === "invalid");
    if (points === "invalid" || saving) return false;
    setSaving(true);
    try {
      const version = over?.version ?? saved?.version ?? null;
      accept(await client.saveGrade(submissionId, version, points, draft.comment));
      return true;
    } catch (error) {
      const failure = asProblem(error);
      const current = failure.document.current as Grade | undefined;
      if (failure.status === 412 && current) setConflict(current);
      else setProblem(failure);
      return false;
    } finally {
      setSaving(false);
    }
  };
  return {
    draft,
    saved,
    dirty,
    saving,
    invalid,
    conflict,
    problem,
    save,
    edit: (change) => {
      setDraft({ ...draft, ...change });
      setInvalid(false);
    },
    discard: () => (conflict ? accept(conflict) : setDraft(draftOf(saved))),
    resend: async () => {
      try {
        accept(await client.resendGrade(submissionId));
      } catch (error) {
        setProblem(asProblem(error));
      }
    },
  };
}

/** Points from what was typed: null for none, "invalid" outside 0–most. A comma is a decimal point to half the world. */
export function readPoints(typed: string, most: number): number | null | "invalid" {
  const text = typed.trim().replace(",", ".");
  if (text === "") return null;
  const points = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && points <= most ? points : "invalid";
}

function draftOf(grade: Grade | null): GradeDraft {
  return { points: grade?.points == null ? "" : String(grade.points), comment: grade?.comment ?? "" };
}

function isDirty(draft: GradeDraft, saved: Grade | null): boolean {
  const clean = draftOf(saved);
  return draft.points.trim() !== clean.points || draft.comment !== clean.comment;
}

/**
 * The wire types. `npm run types` replaces this file by the generated form of openapi/fieldreel.json.
 */
export interface components {
  schemas: {
    VideoStatus:
      | "requested"
      | "uploading"
      | "processing"
      | "ready"
      | "failed"
      | "expired"
      | "cancelled"
      | "deleting"
      | "deleted";
    PersonRef: { id: string; name: string | null };
    CourseRef: { id: string; title: string | null; label: string | null };
    AssignmentOut: {
      id: string;
      title: string;
      instructions: string;
      course: components["schemas"]["CourseRef"];
      points_max: number;
      opens_at: string | null;
      due_at: string | null;
      closes_at: string | null;
      dates_source: "teacher" | "platform" | null;
      max_bytes: number;
      max_duration_seconds: number;
      attempts_allowed: number | null;
      retention_days: number | null;
      gradebook: boolean;
      version: number;
      accepted_extensions: string[];
    };
    AssignmentPatch: {
      instructions?: string;
      points_max?: number;
      opens_at?: string | null;
      due_at?: string | null;
      closes_at?: string | null;
      max_bytes?: number;
      max_duration_seconds?: number;
      attempts_allowed?: number | null;
      retention_days?: number | null;
    };
    VideoOut: {
      id: string;
      assignment_id: string;
      status: components["schemas"]["VideoStatus"];
      filename: string;
      size_bytes: number;
      duration_seconds: number | null;
      width: number | null;
      height: number | null;
      progress_percent: number | null;
      error_code: string | null;
      error_reason: "non_video" | "malformed" | "too_long" | "too_short" | "unknown" | null;
      intent_at: string;
      uploaded_at: string | null;
      ready_at: string | null;
      delete_at: string | null;
      deleted_at: string | null;
      deleted_reason: string | null;
    };
    UploadOut: {
      id: string;
      assignment_id: string;
      status: components["schemas"]["VideoStatus"];
      filename: string;
      size_bytes: number;
      fingerprint: string;
      upload_url: string | null;
      offset_bytes: number;
      chunk_size_bytes: number;
      max_chunk_size_bytes: number;
      expires_at: string | null;
      created_at: string;
    };
    StartUploadRequest: {
      assignment_id: string;
      filename: string;
      size_bytes: number;
      mime_type: string;
      duration_seconds: number | null;
      fingerprint: string;
    };
    UploadOffsetOut: { offset_bytes: number; size_bytes: number };
    UploadEventRequest: {
      kind: "retried" | "failed" | "paused" | "resumed";
      reason: string;
      offset_bytes: number;
      detail: string | null;
    };
    PlaybackOut: {
      token: string;
      expires_at: string;
      renew_at: string;
      hls_url: string;
      poster_url: string;
      duration_seconds: number | null;
    };
    SubmissionOut: {
      id: string;
      assignment_id: string;
      attempt: number;
      status: "submitted" | "withdrawn" | "replaced";
      late: boolean;
      intent_at: string;
      submitted_at: string;
      withdrawn_at: string | null;
      receipt: string;
      person: components["schemas"]["PersonRef"];
      video: components["schemas"]["VideoOut"];
    };
    DeliveryOut: {
      status: "none" | "due" | "sent" | "retrying" | "parked";
      sent_at: string | null;
      next_attempt_at: string | null;
      attempts: number;
      problem: string | null;
      code: string | null;
    };
    GradeOut: {
      submission_id: string;
      points: number | null;
      points_max: number;
      comment: string;
      graded_by: components["schemas"]["PersonRef"];
      graded_at: string;
      version: number;
      delivery: components["schemas"]["DeliveryOut"];
    };
    MyWorkOut: {
      assignment: components["schemas"]["AssignmentOut"];
      video: components["schemas"]["VideoOut"] | null;
      submission: components["schemas"]["SubmissionOut"] | null;
      attempts: components["schemas"]["SubmissionOut"][];
      attempts_left: number | null;
      can: { upload: boolean; submit: boolean; withdraw: boolean };
      closed_reason: "not_open" | "closed" | "attempts_used" | "graded" | null;
      is_late_now: boolean;
      now: string;
    };
    QueueItem: {
      person: components["schemas"]["PersonRef"];
      submission: components["schemas"]["SubmissionOut"] | null;
      video: components["schemas"]["VideoOut"] | null;
      attempts: number;
      grade: components["schemas"]["GradeOut"] | null;
    };
    QueueOut: {
      assignment: components["schemas"]["AssignmentOut"];
      items: components["schemas"]["QueueItem"][];
      counts: {
        people: number;
        submitted: number;
        to_grade: number;
        problems: number;
        not_submitted: number;
        uploading: number;
      };
      now: string;
    };
  };
}

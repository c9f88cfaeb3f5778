// Names for the wire types, so that nothing else reads the generated file.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Assignment = Schemas["AssignmentOut"];
export type AssignmentPatch = Partial<Schemas["ChangeAssignmentRequest"]>;
export type Grade = Schemas["GradeOut"];
export type MyWork = Schemas["MyWorkOut"];
export type Playback = Schemas["PlaybackOut"];
export type Queue = Schemas["QueueOut"];
export type QueueItem = Schemas["QueueItem"];
export type StartUpload = Schemas["StartUploadRequest"];
export type Submission = Schemas["SubmissionOut"];
export type Upload = Schemas["UploadOut"];
export type UploadEvent = Schemas["UploadEventRequest"];
export type UploadOffset = Schemas["OffsetOut"];
export type Video = Schemas["VideoOut"];

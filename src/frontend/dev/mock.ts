// A stand-in for our server and for the upload host, for looking at the page without either. Not shipped.
import { createReadStream, existsSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import type { Connect, Plugin, ViteDevServer } from "vite";
import { at, grade, scenes, submission, video } from "./scenes";

/** A folder with an HLS rendition (index.m3u8), to see the player play. */
const MEDIA = process.env.FIELDREEL_DEV_MEDIA ?? "";
/** Bytes per second the stand-in upload host takes. */
const UPLOAD_SPEED = Number(process.env.FIELDREEL_DEV_UPLOAD_SPEED ?? 4_000_000);
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws:; worker-src 'self' blob:";

interface Stored {
  offset: number;
  size: number;
}

export function mockServer(): Plugin {
  const uploads = new Map<string, Stored>();
  return {
    name: "fieldreel-mock",
    configureServer: (server) => void server.middlewares.use(handler(uploads, server)),
    configurePreviewServer: (server) => void server.middlewares.use(handler(uploads, null)),
  };
}

function handler(uploads: Map<string, Stored>, vite: ViteDevServer | null): Connect.NextHandleFunction {
  return (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/") return html(response, index());
    if (url.pathname.startsWith("/scene/"))
      return void shell(url, vite).then((page) => html(response, page, vite === null));
    if (url.pathname.startsWith("/tus/")) return void receive(request, response, uploads, url.pathname);
    if (url.pathname.startsWith("/media/")) return media(response, url.pathname);
    if (url.pathname.startsWith("/api/v1/")) return void api(request, response, uploads, url.pathname.slice(7));
    next();
  };
}

function index(): string {
  const links = Object.keys(scenes).map((name) => `<li><a href="/scene/${name}">${name}</a></li>`);
  return `<!doctype html><html lang="en"><title>fieldreel scenes</title><h1>Scenes</h1><ul>${links.join("")}</ul></html>`;
}

async function shell(url: URL, vite: ViteDevServer | null): Promise<string> {
  const name = url.pathname.slice("/scene/".length);
  const config = {
    mode: scenes[name]?.mode ?? "guest",
    api: "/api/v1",
    session_token: name,
    session_expires_at: at(8),
    person: { id: "p1", name: "Amira Haddad" },
    role: "learner",
    platform: { name: "Moodle", product_family: "moodle", return_url: "/" },
    course: { id: "c", title: "Clinical skills", label: "NUR 204" },
    assignment: { id: "019a0000-0000-7000-8000-000000000001" },
    test_user: url.searchParams.has("test_user"),
    locale: "en",
    framed: true,
    version: "0.1.0",
  };
  const assets = vite ? '<script type="module" src="/static/src/main.tsx"></script>' : await builtAssets();
  const page = `<!doctype html>
<html lang="en" dir="${url.searchParams.get("dir") ?? "ltr"}"><head><meta charset="utf-8"><title>fieldreel</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">${assets}
<script type="application/json" id="fieldreel-config">${JSON.stringify(config)}</script></head>
<body><div id="app"></div></body></html>`;
  return vite ? vite.transformIndexHtml(url.pathname, page) : page;
}

async function builtAssets(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const manifest = JSON.parse(await readFile("../fieldreel/web/static/manifest.json", "utf8"));
  const { file, css } = manifest["src/main.tsx"];
  return `<link rel="stylesheet" href="/static/${css[0]}"><script type="module" src="/static/${file}"></script>`;
}

async function api(request: IncomingMessage, response: ServerResponse, uploads: Map<string, Stored>, path: string) {
  const scene = scenes[(request.headers.authorization ?? "").replace("Bearer ", "")];
  const body = JSON.parse((await read(request)).toString() || "{}");
  const route = `${request.method} ${path.replace(/^\/([a-z]+)\/[^/]+/, "/$1/*")}`;
  if (!scene || scene.down) return problem(response, 503, "stream.unavailable", "We cannot reach the server");
  const fresh = {
    id: "fresh",
    filename: body.filename,
    size_bytes: body.size_bytes,
    duration_seconds: body.duration_seconds,
  };
  switch (route) {
    case "GET /assignments/*/my-work":
      return json(response, 200, scene.work);
    case "GET /assignments/*/queue":
      return json(response, 200, scene.queue);
    case "PATCH /assignments/*":
      return json(response, 200, { ...scene.queue?.assignment, ...body, version: 4 });
    case "POST /uploads":
      uploads.set("/tus/fresh", { offset: 0, size: body.size_bytes });
      if (scene.work)
        scene.work = {
          ...scene.work,
          video: video({ ...fresh, status: "uploading", uploaded_at: null, ready_at: null }),
        };
      scene.upload = {
        ...fresh,
        assignment_id: body.assignment_id,
        status: "uploading",
        fingerprint: body.fingerprint,
        upload_url: "/tus/fresh",
        offset_bytes: 0,
        chunk_size_bytes: 5_242_880,
        max_chunk_size_bytes: 52_428_800,
        expires_at: at(6),
        created_at: at(0),
      };
      return json(response, 201, scene.upload);
    case "GET /uploads/*":
      return json(response, 200, scene.upload);
    case "GET /uploads/*/offset": {
      const stored = uploads.get("/tus/fresh");
      return json(response, 200, { offset_bytes: stored?.offset ?? 0, size_bytes: stored?.size ?? 0 });
    }
    case "POST /uploads/*/complete":
      if (scene.work?.video) {
        const { size_bytes, filename } = scene.work.video;
        scene.work = {
          ...scene.work,
          video: video({
            id: "fresh",
            filename,
            size_bytes,
            status: "processing",
            uploaded_at: at(0),
            ready_at: null,
            progress_percent: null,
          }),
        };
      }
      return json(response, 200, scene.work?.video);
    case "POST /uploads/*/events":
    case "DELETE /uploads/*":
      if (request.method === "DELETE" && scene.work) scene.work = { ...scene.work, video: null };
      response.writeHead(204).end();
      return;
    case "DELETE /submissions/*":
      if (scene.work)
        scene.work = { ...scene.work, submission: null, can: { upload: true, submit: true, withdraw: false } };
      response.writeHead(204).end();
      return;
    case "GET /videos/*":
      if (scene.work?.video && Date.now() - Date.parse(scene.work.video.uploaded_at ?? "") > 8_000) {
        scene.work = { ...scene.work, video: { ...scene.work.video, status: "ready", ready_at: at(0) } };
      }
      return json(response, 200, scene.work?.video);
    case "POST /videos/*/playback": {
      const token = `token-${Date.now()}`;
      return json(response, 200, {
        token,
        expires_at: at(2),
        renew_at: at(1.6),
        hls_url: `/media/${token}/manifest/index.m3u8`,
        poster_url: "data:,",
        duration_seconds: 492,
      });
    }
    case "POST /submissions": {
      const one = submission({ video: scene.work?.video ?? video(), submitted_at: at(0) });
      if (scene.work)
        scene.work = {
          ...scene.work,
          submission: one,
          attempts: [one],
          attempts_left: 1,
          can: { upload: true, submit: false, withdraw: true },
        };
      return json(response, 201, one);
    }
    case "GET /submissions/*/grade":
      return scene.grade ? json(response, 200, scene.grade) : problem(response, 404, "grade.none", "Not graded");
    case "PUT /submissions/*/grade": {
      if (scene.conflict) {
        const current = scene.conflict;
        scene.conflict = undefined;
        return problem(response, 412, "state.changed_meanwhile", "Somebody else saved", { current });
      }
      const delivery = { status: "due", sent_at: null, next_attempt_at: null, attempts: 0, problem: null, code: null };
      return json(
        response,
        200,
        grade({ ...body, submission_id: path.split("/")[2], graded_at: at(0), version: 2, delivery }),
      );
    }
    case "POST /submissions/*/grade/resend":
      return json(response, 202, grade({ submission_id: path.split("/")[2] ?? "" }));
    default:
      return problem(response, 404, "not_found", route);
  }
}

/** tus 1.0.0: HEAD and PATCH. */
async function receive(request: IncomingMessage, response: ServerResponse, uploads: Map<string, Stored>, path: string) {
  const stored = uploads.get(path);
  if (!stored) return void response.writeHead(404).end();
  const headers = () => ({ "Tus-Resumable": "1.0.0", "Upload-Offset": String(stored.offset) });
  if (request.method === "HEAD") return void response.writeHead(200, headers()).end();
  if (Number(request.headers["upload-offset"]) !== stored.offset) return void response.writeHead(409).end();
  try {
    for await (const part of request) {
      stored.offset += part.length;
      await new Promise((resolve) => setTimeout(resolve, (part.length / UPLOAD_SPEED) * 1000));
    }
    response.writeHead(204, headers()).end();
  } catch {
    // The browser paused or lost the line; what arrived counts.
  }
}

function media(response: ServerResponse, path: string): void {
  const file = join(MEDIA, normalize(path.split("/").slice(4).join("/")));
  if (!MEDIA || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
  createReadStream(file).pipe(response);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, title: string, more: object = {}): void {
  const body = {
    type: "about:blank",
    title,
    status,
    detail: "",
    code,
    ref: "VA-7F3K-21",
    retryable: status >= 500,
    ...more,
  };
  response.writeHead(status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(body));
}

function html(response: ServerResponse, page: string, strict = false): void {
  const headers: Record<string, string> = { "Content-Type": "text/html; charset=utf-8" };
  if (strict) headers["Content-Security-Policy"] = CSP;
  response.writeHead(200, headers).end(page);
}

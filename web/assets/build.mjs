// Builds the pages' styles and scripts into ../static/dist, with a manifest that names them.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static", "dist");

mkdirSync(out, { recursive: true });

const manifest = {};

function keep(name, text) {
  const [stem, ending] = name.split(/\.(?=[^.]+$)/);
  const file = `${stem}-${createHash("sha256").update(text).digest("hex").slice(0, 10)}.${ending}`;
  writeFileSync(join(out, file), text);
  manifest[name] = file;
}

const css = sass.compile(join(here, "src", "app.scss"), {
  style: "compressed",
  loadPaths: [here],
  quietDeps: true,
  silenceDeprecations: ["import", "global-builtin", "if-function"],
}).css;
// The council's pages carry no Crown typeface (it is licensed to GOV.UK alone).
if (/GDS Transport|@font-face/.test(css)) throw new Error("the styles name a typeface they may not");
keep("app.css", css);

const built = await esbuild.build({
  absWorkingDir: here,
  entryPoints: readdirSync(join(here, "src"))
    .filter((name) => /^(app|viewer|editor)\.js$/.test(name))
    .map((name) => join("src", name)),
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  metafile: true,
  legalComments: "linked",
  loader: { ".woff2": "file", ".woff": "file", ".svg": "dataurl", ".png": "dataurl", ".eot": "empty", ".ttf": "empty" },
});
for (const [path, info] of Object.entries(built.metafile.outputs)) {
  if (!info.entryPoint) continue;
  const name = basename(info.entryPoint);
  manifest[name] = basename(path);
  if (info.cssBundle) manifest[name.replace(/js$/, "css")] = basename(info.cssBundle);
}

const stamped = process.env.WAYMARK_STAMP;
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1));
// Files of builds before go last, so that pages served meanwhile find theirs.
const made = new Set([...Object.values(manifest), ...Object.keys(built.metafile.outputs).map((path) => basename(path)), "manifest.json"]);
for (const name of readdirSync(out)) if (!made.has(name)) rmSync(join(out, name), { recursive: true });
if (stamped) writeFileSync(join(out, ".stamp"), stamped);
for (const name of Object.keys(manifest).sort()) {
  const size = readFileSync(join(out, manifest[name])).length;
  console.log(`${name.padEnd(12)} ${(size / 1024).toFixed(0).padStart(5)} kB`);
}

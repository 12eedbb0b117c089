// Bundles the front end into the folder given as the first argument; hatch_build.py calls it.
//
// UI5 ships its themes as one file for each package and theme, loaded at run time. Here the variant that
// follows the colour scheme of the system (sap_horizon_auto) takes the place of the built-in sap_horizon:
// its palette goes into main.css, so that a page has its colours before any script runs (or without any),
// and nothing is loaded later.
import { build } from "esbuild";
import { copyFile, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const packages = join(here, "node_modules", "@ui5");
const target = process.argv[2];
if (!target) {
  console.error("build.mjs: name the folder to build into");
  process.exit(2);
}

const readTheme = async (name) =>
  JSON.parse(
    await readFile(
      join(packages, name, "dist/generated/assets/themes/sap_horizon_auto/parameters-bundle.css.json"),
      "utf8",
    ),
  );

/** The palette, and the rules that let `data-theme` on <html> win over the system's colour scheme. */
const palette = async () => {
  const css = (await readTheme("webcomponents-theming")).replace(/--sap(ThemeMetaData[\w-]*|At):[^\n]*\n/g, "");
  const on = css.match(/--_ui5-light-scheme: (var\(--_ui5-\w+\));/)?.[1];
  if (!on) throw new Error("sap_horizon_auto has changed: no --_ui5-light-scheme switch found");
  const forced = (theme, light, dark) =>
    `:root[data-theme="${theme}"]{color-scheme:${theme};--_ui5-light-scheme:${light};--_ui5-dark-scheme:${dark}}`;
  return `${css}\n${forced("light", on, " ")}\n${forced("dark", " ", on)}`;
};

const themes = {
  name: "themes",
  setup(bundle) {
    bundle.onResolve({ filter: /^palette$/ }, () => ({ path: "palette", namespace: "themes" }));
    bundle.onLoad({ filter: /.*/, namespace: "themes" }, async () => ({
      contents: await palette(),
      loader: "css",
    }));
    bundle.onLoad({ filter: /themes[\\/]sap_horizon[\\/]parameters-bundle\.css\.js$/ }, async ({ path }) => {
      const name = path.match(/@ui5[\\/]([\w-]+)/)[1];
      const css = name === "webcomponents-theming" ? "" : await readTheme(name);
      return { contents: `export default ${JSON.stringify(css)};`, loader: "js" };
    });
    // UI5's own font faces point to a content network; ours are in styles/fonts.css. So does its fallback for
    // the names of days and months: the bundled file takes its place, fetched once a component needs it.
    bundle.onLoad({ filter: /asset-registries[\\/]LocaleData\.js$/ }, async ({ path }) => {
      const cldr = "@ui5/webcomponents-localization/dist/generated/assets/cldr/en.json";
      const fallback = /const cldrContent = await fetch\([^)]*\);\s*return cldrContent\.json\(\);/;
      const code = (await readFile(path, "utf8")).replace(/console\.warn\(`\[LocaleData\] Falling[^;]*;/, "");
      if (!fallback.test(code)) throw new Error("LocaleData.js has changed: its fallback was not found");
      return { contents: code.replace(fallback, `return (await import("${cldr}")).default;`), loader: "js" };
    });
    bundle.onLoad({ filter: /generated[\\/]css[\\/]FontFace\.css\.js$/ }, () => ({
      contents: 'export default "";',
      loader: "js",
    }));
  },
};

/** The icons that pages show beside words, as one file of symbols: those that icons.txt names. */
const icons = async () => {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
  const symbols = names.sort().map(async (name) => {
    const file = join(packages, "webcomponents-icons/dist/v5", `${name}.js`);
    const code = await readFile(file, "utf8").catch(() => {
      throw new Error(`icons.txt names ${name}, which @ui5/webcomponents-icons does not have`);
    });
    const [, path] = code.match(/pathData = "([^"]+)"/);
    const [, box] = code.match(/viewBox = "([^"]+)"/);
    return `<symbol id="${name}" viewBox="${box}"><path d="${path}"/></symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${(await Promise.all(symbols)).join("")}</svg>\n`;
};

/** The scripts of single pages: each file of pages/ is an entry of its own, with the styles that it imports. */
const pages = async () =>
  Object.fromEntries(
    (await readdir(join(here, "pages")))
      .filter((name) => name.endsWith(".js"))
      .map((name) => [`pages/${name.slice(0, -3)}`, `pages/${name}`]),
  );

/** The licences of all packages that a part of the bundle or a font comes from, as their texts ask for. */
const licences = async (inputs) => {
  const names = new Set(Object.keys(inputs).map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]));
  const texts = [...names].filter(Boolean).sort().map(async (name) => {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(folder, file), "utf8") : `Licence: ${license}\n`;
    return `${name} ${version} (${license})\n\n${text}`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
};

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { main: "main.js", early: "early.js", ...(await pages()) },
  outdir: target,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  target: "es2022",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "warning",
  plugins: [themes],
  metafile: true,
});
// The chat widget is loaded by pages of other sites with a plain script tag: one file, nothing left in their scope.
await build({
  absWorkingDir: here,
  entryPoints: { widget: "widget/main.js" },
  outdir: target,
  bundle: true,
  format: "iife",
  minify: true,
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
await copyFile(join(here, "icon.svg"), join(target, "icon.svg"));
await writeFile(join(target, "icons.svg"), await icons());
await writeFile(join(target, "LICENSES.txt"), await licences(metafile.inputs));

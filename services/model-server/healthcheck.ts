// Health check of the container runtime: exit code 0 when the server is ready. Kubernetes has
// probes of its own.
const port = process.env["CAUSEWAY_HTTP_PORT"] ?? "8080";

fetch(`http://127.0.0.1:${port}/v2/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
  (response) => process.exit(response.ok ? 0 : 1),
  () => process.exit(1),
);

import type { Rule } from "../../rule";
import { rule as admissionDuties } from "./admission-duties";
import { rule as analyzerRegion } from "./analyzer-region";
import { rule as approvalRole } from "./approval-role";
import { rule as bindingAnonymous } from "./binding-anonymous";
import { rule as bindingClusterAdmin } from "./binding-cluster-admin";
import { rule as bindingDefaultAccount } from "./binding-default-account";
import { rule as breakGlassAlarm } from "./break-glass-alarm";
import { rule as bucketOwnership } from "./bucket-ownership";
import { rule as bucketPublic } from "./bucket-public";
import { rule as clusterEndpoint } from "./cluster-endpoint";
import { rule as clusterEntries } from "./cluster-entries";
import { rule as configSecret } from "./config-secret";
import { rule as envSecret } from "./env-secret";
import { rule as jwtIssuer } from "./jwt-issuer";
import { rule as keyPolicy } from "./key-policy";
import { rule as logStoreAnonymous } from "./log-store-anonymous";
import { rule as logStoreSuperuser } from "./log-store-superuser";
import { rule as meshAllowAll } from "./mesh-allow-all";
import { rule as meshDefaultDeny } from "./mesh-default-deny";
import { rule as meshJwt } from "./mesh-jwt";
import { rule as policyAttachment } from "./policy-attachment";
import { rule as policyPassRole } from "./policy-pass-role";
import { rule as policyWildcard } from "./policy-wildcard";
import { rule as rbacEscalation } from "./rbac-escalation";
import { rule as rbacExec } from "./rbac-exec";
import { rule as rbacSecrets } from "./rbac-secrets";
import { rule as rbacWildcard } from "./rbac-wildcard";
import { rule as repositoryImmutable } from "./repository-immutable";
import { rule as repositoryScan } from "./repository-scan";
import { rule as resourcePublic } from "./resource-public";
import { rule as roleMfa } from "./role-mfa";
import { rule as roleSession } from "./role-session";
import { rule as roleTrust } from "./role-trust";
import { rule as separationOfDuties } from "./separation-of-duties";
import { rule as serviceAccountSecret } from "./service-account-secret";
import { rule as serviceAccountToken } from "./service-account-token";
import { rule as userLongLived } from "./user-long-lived";

/** Rules of the area access. */
export const rules: readonly Rule[] = [
  admissionDuties,
  analyzerRegion,
  approvalRole,
  bindingAnonymous,
  bindingClusterAdmin,
  bindingDefaultAccount,
  breakGlassAlarm,
  bucketOwnership,
  bucketPublic,
  clusterEndpoint,
  clusterEntries,
  configSecret,
  envSecret,
  jwtIssuer,
  keyPolicy,
  logStoreAnonymous,
  logStoreSuperuser,
  meshAllowAll,
  meshDefaultDeny,
  meshJwt,
  policyAttachment,
  policyPassRole,
  policyWildcard,
  rbacEscalation,
  rbacExec,
  rbacSecrets,
  rbacWildcard,
  repositoryImmutable,
  repositoryScan,
  resourcePublic,
  roleMfa,
  roleSession,
  roleTrust,
  separationOfDuties,
  serviceAccountSecret,
  serviceAccountToken,
  userLongLived,
];

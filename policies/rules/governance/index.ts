import type { Rule } from "../../rule";
import { rule as auditLock } from "./audit-lock";
import { rule as auditLockMode } from "./audit-lock-mode";
import { rule as auditRetention } from "./audit-retention";
import { rule as bucketPurpose } from "./bucket-purpose";
import { rule as dataClassification } from "./data-classification";
import { rule as dataRetention } from "./data-retention";
import { rule as erasureApproval } from "./erasure-approval";
import { rule as imageScan } from "./image-scan";
import { rule as logGroupRetention } from "./log-group-retention";
import { rule as logLifecycle } from "./log-lifecycle";
import { rule as logSnapshots } from "./log-snapshots";
import { rule as logSubjects } from "./log-subjects";
import { rule as modelAge } from "./model-age";
import { rule as modelApproval } from "./model-approval";
import { rule as modelApprovalChannel } from "./model-approval-channel";
import { rule as modelArtifact } from "./model-artifact";
import { rule as modelAssessment } from "./model-assessment";
import { rule as modelAttestation } from "./model-attestation";
import { rule as modelBiasAudit } from "./model-bias-audit";
import { rule as modelCard } from "./model-card";
import { rule as modelCode } from "./model-code";
import { rule as modelContact } from "./model-contact";
import { rule as modelContract } from "./model-contract";
import { rule as modelData } from "./model-data";
import { rule as modelEvaluation } from "./model-evaluation";
import { rule as modelExplanation } from "./model-explanation";
import { rule as modelFairness } from "./model-fairness";
import { rule as modelFormat } from "./model-format";
import { rule as modelIntervals } from "./model-intervals";
import { rule as modelKillSwitch } from "./model-kill-switch";
import { rule as modelLogRetention } from "./model-log-retention";
import { rule as modelNotice } from "./model-notice";
import { rule as modelOutstanding } from "./model-outstanding";
import { rule as modelOwner } from "./model-owner";
import { rule as modelPublished } from "./model-published";
import { rule as modelPurpose } from "./model-purpose";
import { rule as modelRelease } from "./model-release";
import { rule as modelRiskTier } from "./model-risk-tier";
import { rule as modelScan } from "./model-scan";
import { rule as modelSignature } from "./model-signature";
import { rule as modelSigned } from "./model-signed";
import { rule as modelVerdict } from "./model-verdict";
import { rule as podPickle } from "./pod-pickle";
import { rule as retrainingApproval } from "./retraining-approval";
import { rule as rolloutHumanGate } from "./rollout-human-gate";
import { rule as rolloutImage } from "./rollout-image";
import { rule as rolloutLabels } from "./rollout-labels";
import { rule as routeKillSwitch } from "./route-kill-switch";

/** Every rule of the area governance. */
export const rules: readonly Rule[] = [
  auditLock,
  auditLockMode,
  auditRetention,
  bucketPurpose,
  dataClassification,
  dataRetention,
  erasureApproval,
  imageScan,
  logGroupRetention,
  logLifecycle,
  logSnapshots,
  logSubjects,
  modelAge,
  modelApproval,
  modelApprovalChannel,
  modelArtifact,
  modelAssessment,
  modelAttestation,
  modelBiasAudit,
  modelCard,
  modelCode,
  modelContact,
  modelContract,
  modelData,
  modelEvaluation,
  modelExplanation,
  modelFairness,
  modelFormat,
  modelIntervals,
  modelKillSwitch,
  modelLogRetention,
  modelNotice,
  modelOutstanding,
  modelOwner,
  modelPublished,
  modelPurpose,
  modelRelease,
  modelRiskTier,
  modelScan,
  modelSignature,
  modelSigned,
  modelVerdict,
  podPickle,
  retrainingApproval,
  rolloutHumanGate,
  rolloutImage,
  rolloutLabels,
  routeKillSwitch,
];

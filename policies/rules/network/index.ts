import type { Rule } from "../../rule";
import { rule as firewallRules } from "./firewall-rules";
import { rule as gatewayHosts } from "./gateway-hosts";
import { rule as instanceMetadata } from "./instance-metadata";
import { rule as loadBalancerFirewall } from "./load-balancer-firewall";
import { rule as loadBalancerHeaders } from "./load-balancer-headers";
import { rule as namespaceDefaultDeny } from "./namespace-default-deny";
import { rule as policyAllowAll } from "./policy-allow-all";
import { rule as policyMetadataService } from "./policy-metadata-service";
import { rule as securityGroupDefault } from "./security-group-default";
import { rule as securityGroupIngress } from "./security-group-ingress";
import { rule as serviceType } from "./service-type";
import { rule as subnetPublicAddress } from "./subnet-public-address";
import { rule as virtualServiceHosts } from "./virtual-service-hosts";
import { rule as vpcEndpoints } from "./vpc-endpoints";

/** Rules of the area network. */
export const rules: readonly Rule[] = [
  firewallRules,
  gatewayHosts,
  instanceMetadata,
  loadBalancerFirewall,
  loadBalancerHeaders,
  namespaceDefaultDeny,
  policyAllowAll,
  policyMetadataService,
  securityGroupDefault,
  securityGroupIngress,
  serviceType,
  subnetPublicAddress,
  virtualServiceHosts,
  vpcEndpoints,
];

/**
 * Types of resources that no rule judges, each with the reason why none has to. A type that is
 * neither here nor in a rule is a finding of `governance-type-judged`.
 */
export const harmlessTypes: Readonly<Record<string, string>> = {
  "pulumi:pulumi:Stack": "the stack itself: creates nothing",
  "pulumi:providers:docker": "asks registries what they hold, creates nothing",
  "pulumi:providers:kubernetes": "reaches a cluster whose access is judged, creates nothing",
  "pulumi:providers:random": "draws random values, creates nothing",
  "pulumi:providers:docker-build": "builds images, which are judged where pods name them",
  "random:index/randomPassword:RandomPassword": "a random value in the encrypted state",
  "docker-build:index:Image": "an image, which is judged where a pod names it",
  "docker-build:index:Index": "a list of images by architecture, judged where a pod names it",

  "aws:acm/certificate:Certificate":
    "a certificate of a name that the account owns; listeners that use it are judged",
  "aws:acm/certificateValidation:CertificateValidation": "waits for a certificate, creates nothing",
  "aws:autoscaling/group:Group": "starts instances by a launch template, which is judged",
  "aws:ec2/eip:Eip": "an address alone lets nobody in; security groups are judged",
  "aws:ec2/internetGateway:InternetGateway":
    "reaches only what has a public address, and subnets, services and groups are judged",
  "aws:ec2/routeTable:RouteTable": "a list of routes, which lets nobody past a security group",
  "aws:ec2/routeTableAssociation:RouteTableAssociation":
    "chooses the routes of a subnet, whose public addresses are judged",
  "aws:ec2/route:Route": "lets nobody past a security group; peering connections are not judged",
  "aws:iam/instanceProfile:InstanceProfile": "hands a role to an instance; roles are judged",
  "aws:kms/alias:Alias": "a name of a key, whose policy is judged",

  "kubernetes:argoproj.io/v1alpha1:EventBus":
    "carries events in its namespace, whose policies are judged",
  "kubernetes:argoproj.io/v1alpha1:EventSource":
    "receives calls that the policies of its namespace and mesh let through, which are judged",
  "kubernetes:cert-manager.io/v1:Certificate": "a key pair in a Secret of its namespace",
  "kubernetes:cert-manager.io/v1:Issuer": "signs for its namespace alone, which trusts it by name",
  "kubernetes:core/v1:LimitRange": "only takes from what a namespace may use",
  "kubernetes:core/v1:PersistentVolumeClaim":
    "asks a storage class, whose encryption is judged; its class of data is too",
  "kubernetes:core/v1:ResourceQuota": "only takes from what a namespace may use",
  "kubernetes:core/v1:ServiceAccountPatch": "switches the token of a default account off",
  "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding":
    "gives addresses of a Service to a target group; both are judged",
  "kubernetes:policy/v1:PodDisruptionBudget": "only slows evictions down",
  "kubernetes:scheduling.k8s.io/v1:PriorityClass": "an order of pods, which grants nothing",
  "kubernetes:telemetry.istio.io/v1:Telemetry":
    "what proxies log, which observability-mesh-telemetry asks for",
};

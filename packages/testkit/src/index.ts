// A Kubernetes API server, a Git server and a clock for tests.
export { startCluster } from './start-cluster.ts'
export type { Cluster, ClusterOptions, Snapshot } from './start-cluster.ts'
export type { ApiChange, ClusterApi, ResourceRef } from './api-server/cluster-api.ts'
export type { Admission, AdmissionRequest } from './api-server/admission.ts'
export type { Fault, FaultRequest, Faults } from './api-server/faults.ts'
export type { PodOutcome, PodScript, Workloads } from './controllers/start-controllers.ts'
export { StatusError } from './api-server/status-errors.ts'
export type { KubeObject } from './api-server/types.ts'

/** The documents as XTM Composer sends them; operation names and selections are part of the wire. */

const CONNECTOR = `
    id
    name
    manager_contract_hash
    manager_contract_image
    manager_current_status
    manager_requested_status
    manager_contract_configuration {
      key
      value
      encrypted
    }`

export const OPERATIONS = {
  GetVersion: `query GetVersion {
  about {
    version
  }
}`,
  RegisterConnectorsManager: `mutation RegisterConnectorsManager($input: RegisterConnectorsManagerInput!) {
  registerConnectorsManager(input: $input) {
    id
    about_version
  }
}`,
  UpdateConnectorManagerStatus: `mutation UpdateConnectorManagerStatus($input: UpdateConnectorManagerStatusInput!) {
  updateConnectorManagerStatus(input: $input) {
    id
    about_version
  }
}`,
  GetConnectors: `query GetConnectors {
  connectorsForManagers {${CONNECTOR}
  }
}`,
  UpdateConnectorCurrentStatus: `mutation UpdateConnectorCurrentStatus($input: CurrentConnectorStatusInput!) {
  updateConnectorCurrentStatus(input: $input) {${CONNECTOR}
  }
}`,
  ReportConnectorLogs: `mutation ReportConnectorLogs($input: LogsConnectorStatusInput!) {
  updateConnectorLogs(input: $input)
}`,
  UpdateConnectorHealth: `mutation UpdateConnectorHealth($input: HealthConnectorStatusInput!) {
  updateConnectorHealth(input: $input)
}`,
} as const

export type OperationName = keyof typeof OPERATIONS

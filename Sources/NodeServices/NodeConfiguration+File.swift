public import Configuration
import SystemPackage
import YAMLReading

extension NodeConfiguration {
    /// A reader of the YAML file at `path`, which the environment overrides: `LOA_MQTT_HOST` stands above `mqtt.host`.
    /// - Throws: when the file cannot be read or is not YAML.
    public static func reader(path: String) async throws -> ConfigReader {
        let environment = EnvironmentVariablesProvider(
            secretsSpecifier: .dynamic { name, _ in name.uppercased().contains("PASSWORD") })
        let file = try await FileProvider<YAMLSettingsFile>(filePath: FilePath(path))
        return ConfigReader(providers: [environment.prefixKeys(with: "loa"), file])
    }
}

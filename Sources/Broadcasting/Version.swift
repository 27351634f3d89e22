/// The version of Loa that this program was built from.
public let loaVersion = "0.1.0"

listener "udp" {
}

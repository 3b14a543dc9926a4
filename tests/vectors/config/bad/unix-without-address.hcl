listener "unix" {
}

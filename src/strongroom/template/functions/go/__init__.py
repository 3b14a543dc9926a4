"""What Go's own library does that functions of templates show: texts, numbers, times, paths, documents (p).

Source: https://pkg.go.dev/std
"""

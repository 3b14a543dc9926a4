"""The commands of `import`."""

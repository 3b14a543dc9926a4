"""The stages that a request passes, from the listener to the response: one file a stage; `pipeline` has their order."""

"""Encoders on OpenVINO: built from a base's weights without torch, compiled once for the machine, and cached."""

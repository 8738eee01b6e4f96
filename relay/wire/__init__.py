"""Bytes to trees and events, and back: strict JSON, field tables, server-sent events, provider formats."""

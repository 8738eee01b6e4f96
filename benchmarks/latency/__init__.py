"""What relay adds: latency, throughput, time to the first byte, cost per event, start-up and memory."""

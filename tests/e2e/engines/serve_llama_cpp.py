"""Serve llama.cpp's own HTTP server with the model in the file that the first argument names. Prints its address.

Runs in the environment `llama_cpp`, so nothing of relay can be imported here. Ends when standard input does.
"""

import sys

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.hostnames = ["127.0.0.1"]
parameters.port = 0
parameters.n_ctx = 2048
parameters.n_parallel = 2
parameters.cpuparams.n_threads = 1
parameters.warmup = False
parameters.offline = True
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()

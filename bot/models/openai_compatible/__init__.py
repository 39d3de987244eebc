"""Any server that speaks OpenAI's chat completions: a private one, vLLM, Ollama, LM Studio, or OpenAI itself."""

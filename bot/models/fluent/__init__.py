"""The fluent model: any provider behind the `core.language.LanguageModel` port, told what to do by versioned prompts."""

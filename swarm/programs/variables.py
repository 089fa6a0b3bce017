"""Names of variables that belong to an agent, by program: how it is logged in, which service it asks, and how.

Names and patterns as of `fnmatch`. An agent keeps those of all programs, because what it spawns may run another one.
"""

from collections.abc import Mapping

ANYBODYS = (
    *("PATH", "HOME", "USER", "LOGNAME"),
    *("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
"""Where programs are found, whose files they read, and the way out to the network. Language and terminal are not among
them: they are those of whoever looks on."""
CLOUDS = (
    *("AWS_*", "GOOGLE_*", "GCLOUD_*", "CLOUDSDK_*", "CLOUD_ML_REGION", "AZURE_*"),
    *("VERTEX_*", "VERTEXAI_*"),
)
"""Through which several programs reach their models."""
OF_PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "claude": ("ANTHROPIC_*", "CLAUDE_*", "API_TIMEOUT_MS", "DISABLE_PROMPT_CACHING*", *CLOUDS),
    "codex": ("OPENAI_*", "CODEX_*", *CLOUDS),
    "gemini": ("GEMINI_*", *CLOUDS),
    "opencode": ("OPENCODE_*", "*_API_KEY", *CLOUDS),
}
BELONGING = tuple(dict.fromkeys((*ANYBODYS, *(name for names in OF_PROGRAMS.values() for name in names))))
"""Of everybody and of each program."""

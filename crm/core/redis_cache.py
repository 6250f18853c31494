"""Django's cache in Redis with one client a thread; Django makes one for every question, which takes as long as the
answer to it."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    """For a cache of one server. The client's connections are in a pool that notices when the process was forked."""

    kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if self.kept is None:
            self.kept = super().get_client(key, write=write)
        return self.kept


class KeptClientRedisCache(RedisCache):
    """The backend named in the settings."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

"""What the store and the engine of databases both need of MySQL and MariaDB."""

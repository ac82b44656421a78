"""What commands do: drive a manager, follow another one, steer it, run the user's hooks."""

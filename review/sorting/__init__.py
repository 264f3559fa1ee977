"""What people do with paper at the scanning desk (受付情報登録), each act an event."""

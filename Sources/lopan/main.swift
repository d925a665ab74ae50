print("lopan")

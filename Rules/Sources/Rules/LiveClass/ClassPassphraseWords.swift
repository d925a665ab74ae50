/// The words from which class passphrases are made: short, friendly, known to a pupil of eight.
///
/// - Shape: exactly 512 single syllables (nine bits each) in NFC. Written without marks all of them are still
///   different, so a child who types “meo rung” on a keyboard without Vietnamese is understood.
package enum ClassPassphraseWords {
  package static let all: [String] = text.split(whereSeparator: \.isWhitespace).map(String.init)

  private static let text = """
    mèo gà trâu ngựa thỏ vịt ngan ngỗng tôm cua ốc ếch rùa hươu nai voi gấu khỉ sóc nhím cáo sói cừu
    heo chuột ong kiến chuồn ve tằm sâu giun nhện rồng phượng công cò vẹt sáo quạ én sẻ yến diều hạc
    cóc nhái sò hến trai lươn chạch báo cây hoa lá cành rễ hạt mầm tre trúc mai cúc sen lan huệ hồng
    cam quýt chanh xoài ổi mít na dừa chuối nho táo lê mận vải nhãn khế dâu bầu bí mướp rau cải hành
    tỏi gừng nghệ ngô khoai sắn lúa gạo thóc lạc vừng súp nấm rơm bàng đa si thông liễu trời trăng mây
    mưa nắng gió sấm chớp cầu vồng sương tuyết núi đồi sông suối biển cát đất rừng đồng ruộng ao giếng
    thác hang nước khói bàn ghế bút vở sách cặp phấn giấy tẩy kéo hộp túi nón quần váy dép tất khăn
    đèn nến gương lược chổi thùng xô chậu nồi chảo bát thìa đĩa ấm chén tủ giường chiếu chăn gối rèm
    khóa xe tàu thuyền bè phà bay còi chuông trống kèn đàn nhị chiêng bóng vua tướng xúc xếp hình dây
    quay lồng rổ rá nia chày cuốc xẻng liềm bừa lưới cơm phở bún bánh chè kem mứt đường muối giấm nem
    thịt trứng mì miến nếp mật xanh tím nâu biếc thắm tươi to thấp hẹp tròn vuông thẳng nhẹ nhanh chậm
    mềm cứng lạnh nóng khô ướt xinh ngoan hiền vui giỏi ngọt chua bùi giòn mới xa gần thật hay bền êm
    đi nhảy bơi leo trèo viết đọc học cười nhìn ngửi ăn uống thức ngồi đứng quét lau giặt phơi gấp
    gieo chọn thấy biết yêu tặng đón đáp kể đếm chia cân làm khâu thêu dệt tập giữ trao giúp anh chị
    chú bác thím con lớp trường làng xóm nhà vườn quê lính ngày trưa tuần xuân thu hè phút một hai
    chín trăm nghìn nửa tai miệng răng tóc gót lưng trán leng keng tích nhạc truyện tranh kịch phim
    vần điểm bài toán sinh tin nhóm đình cột gạch ngọc thép gỗ nhựa len nhung kim nút quạt neo lái
    cảng ray phanh pin loa míc kính lều mốc mương kênh vịnh phù sa thủy sơn giang phong minh bình
    thanh đức trí nghĩa hiếu nhường vượt tiến bước nhịp khúc nốt lối ngang trên dưới ngoài trước giữa
    xứ gấm nhụy búp nụ xuồng gùi vầu rêu bèo lục sim ngâu quỳnh trà thạch ruồi hót kêu ngụp ru nựng
    nhón rón tung hứng chuyền xoa xoay ngả cúi huýt reo dịu ước hoài nguyện mừng phúc khang thịnh giàu
    tỉnh huyện mía thềm bếp lò thổi vắt bóc nhào cuộn xuôi ngược quanh khung nét hỏi xâu cườm vang
    khoan sáng gọn gàng siêng khéo diễn quốc huy niềm cún miu chép nghêu tép ngao vun xới bón ghép ươm
    phao xích chặng đích vạch lượt cúp khen thưởng sớm khuya nay xưa nghỉ loài giống nguồn tiếp nguyệt
    hà trụ khắc gốm
    """
}
